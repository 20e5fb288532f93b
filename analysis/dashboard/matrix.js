// Builds a table with a button in every cell that has evidence. Labels become text nodes only.

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function content({ counts, outlets }) {
  return [
    element("span", { class: "counts" }, ...counts.map((text) => element("span", {}, text))),
    element("span", { class: "outlets" }, outlets),
  ];
}

function cell(row, column, data, choose) {
  const { state, name } = column;
  if (state === "silent") {
    return element(
      "td",
      { class: "silent", title: name },
      element("span", { "aria-hidden": "true" }, "–"),
      element("span", { class: "unseen" }, name),
    );
  }
  const chosen = data.chosen === column.key;
  const button = element(
    "button",
    { type: "button", "aria-label": name, "aria-pressed": String(chosen), title: name },
    element("span", { class: "sign", "aria-hidden": "true" }),
    element("span", { class: "figures" }, ...content(column)),
  );
  button.dataset.key = column.key;
  button.onclick = () => choose(column.key);
  return element("td", { class: state }, button);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".frame");
  frame.setAttribute("aria-label", data.caption);
  const focused = parentElement.activeElement?.dataset.key;
  const choose = (key) => {
    frame.dataset.asked = key;
    setTriggerValue("choice", key);
  };
  parentElement.querySelector(".legend").replaceChildren(
    ...data.legend.map(({ state, text }) =>
      element("li", { class: state }, element("span", { class: "sign", "aria-hidden": "true" }), text),
    ),
  );
  const head = element(
    "tr",
    {},
    element("th", { scope: "col", class: "corner" }, data.corner),
    ...data.columns.map((label) =>
      element("th", { scope: "col", title: label }, element("span", { class: "name" }, label)),
    ),
  );
  const rows = data.rows.map((row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row", title: row.definition }, row.label),
      ...row.cells.map((column) => cell(row, column, data, choose)),
    ),
  );
  const table = element(
    "table",
    {},
    element("caption", { class: "unseen" }, data.caption),
    element(
      "colgroup",
      {},
      element("col", { class: "practices" }),
      ...data.columns.map(() => element("col", {})),
    ),
    element("thead", {}, head),
    element("tbody", {}, ...rows),
  );
  frame.replaceChildren(table);
  if (focused) {
    parentElement.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  if (data.chosen && frame.dataset.asked === data.chosen) {
    delete frame.dataset.asked;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const arrive = () =>
      document.getElementById("evidence")?.scrollIntoView({ behavior: still ? "auto" : "smooth" });
    const waiting = setTimeout(arrive, 400);
    return () => clearTimeout(waiting);
  }
}
