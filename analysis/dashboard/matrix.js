// Builds a table with a button in every cell that has evidence. Labels become text nodes only.

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const sign = () => element("span", { class: "sign", "aria-hidden": "true" });

// Denied to the left of the middle, affirmed to the right; the longer side fills its half.
function bar([deniedUncertain, denied, affirmed, affirmedUncertain]) {
  const longer = Math.max(deniedUncertain + denied, affirmed + affirmedUncertain);
  const part = (kind, count) => {
    const made = element("span", { class: kind });
    made.style.width = `${(100 * count) / longer}%`;
    return made;
  };
  return element(
    "span",
    { class: "bar", "aria-hidden": "true" },
    element("span", { class: "left" }, part("hedged", deniedUncertain), part("firm", denied)),
    element("span", { class: "right" }, part("firm", affirmed), part("hedged", affirmedUncertain)),
  );
}

function cell(column, data, choose) {
  const { key, state, name } = column;
  if (column.empty) {
    const made = element(
      "td",
      { class: state, title: name },
      element("span", { class: "empty", "aria-hidden": "true" }, sign(), column.empty),
      element("span", { class: "unseen" }, name),
    );
    made.dataset.key = key;
    return made;
  }
  const button = element(
    "button",
    { type: "button", "aria-label": name, "aria-pressed": String(data.chosen === key), title: name },
    element(
      "span",
      { class: "counts" },
      sign(),
      element("span", {}, ...column.counts.map((text) => element("span", {}, text))),
    ),
    bar(column.bar),
    ...(column.copies ? [element("span", { class: "copies" }, column.copies)] : []),
  );
  button.dataset.key = key;
  button.onclick = () => choose(key);
  return element("td", { class: state }, button);
}

function built(data, choose) {
  const total = (text) => element("td", { class: "total" }, text);
  const head = element(
    "tr",
    {},
    element("th", { scope: "col", class: "corner" }, data.corner),
    ...data.columns.map(({ label, named }) =>
      element(
        "th",
        { scope: "col", title: `${label}: ${named}` },
        element("span", { class: "name" }, label),
      ),
    ),
    element("th", { scope: "col", class: "total" }, data.all.vendors),
  );
  const rows = data.rows.map((row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row", title: row.definition }, row.label),
      ...row.cells.map((column) => cell(column, data, choose)),
      total(row.total),
    ),
  );
  const foot = element(
    "tr",
    {},
    element("th", { scope: "row" }, data.all.practices),
    ...data.totals.map(total),
    total(data.total),
  );
  return element(
    "table",
    {},
    element("caption", { class: "unseen" }, data.caption),
    element(
      "colgroup",
      {},
      element("col", { class: "practices" }),
      ...data.columns.map(() => element("col", {})),
      element("col", { class: "totals" }),
    ),
    element("thead", {}, head),
    element("tbody", {}, ...rows),
    element("tfoot", {}, foot),
  );
}

// One cell of the table is in the tab order; arrow keys move to its neighbours.
function movable(table, start) {
  const grid = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("[data-key]")]);
  const all = grid.flat();
  let current = all.find((one) => one.dataset.key === start) ?? table.querySelector("button") ?? all[0];
  for (const one of all) one.tabIndex = one === current ? 0 : -1;
  const steps = {
    ArrowUp: (r, c) => [r - 1, c],
    ArrowDown: (r, c) => [r + 1, c],
    ArrowLeft: (r, c) => [r, c - 1],
    ArrowRight: (r, c) => [r, c + 1],
    Home: (r) => [r, 0],
    End: (r) => [r, grid[r].length - 1],
  };
  table.addEventListener("focusin", ({ target }) => {
    if (!target.dataset.key) return;
    current.tabIndex = -1;
    current = target;
    current.tabIndex = 0;
  });
  table.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const row = grid.findIndex((cells) => cells.includes(event.target));
    if (!step || row < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [to, column] = step(row, grid[row].indexOf(event.target));
    grid[to]?.[column]?.focus();
  });
}

function explain(legend, data) {
  if (!legend.dataset.ready) legend.open = matchMedia("(min-width: 40rem)").matches;
  legend.dataset.ready = "yes";
  legend.querySelector("summary").textContent = data.how;
  legend.hidden = false; // until it is filled it has no name
  legend.querySelector("ul").replaceChildren(
    ...data.legend.map(({ state, text }) => element("li", { class: state }, sign(), text)),
    element("li", { class: "sample" }, bar([1, 2, 2, 1]), data.bar),
  );
}

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".frame");
  frame.setAttribute("aria-label", data.caption);
  frame.setAttribute("aria-description", data.keys);
  parentElement.querySelector(".keys").textContent = data.keys;
  const focused = parentElement.activeElement?.dataset.key;
  const choose = (key) => {
    frame.dataset.asked = key;
    setTriggerValue("choice", key);
  };
  explain(parentElement.querySelector(".legend"), data);
  const table = built(data, choose);
  frame.replaceChildren(table);
  movable(table, focused ?? data.chosen);
  if (focused) {
    table.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
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
