// A table of who says what. Labels become text nodes only; nothing here may set innerHTML.

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function cell(data, nobody, company, open) {
  const side = company ? "company" : "";
  if (!data) {
    return element(
      "td",
      { class: `silent ${side}`, title: nobody },
      element("span", { "aria-hidden": "true" }, "–"),
      element("span", { class: "unseen" }, nobody),
    );
  }
  const link = element(
    "a",
    { href: data.href, "aria-label": data.name },
    ...data.lines.map(({ polarity, text }) =>
      element(
        "span",
        { class: `line ${polarity}` },
        element("span", { class: "sign", "aria-hidden": "true" }),
        text,
      ),
    ),
    element("span", { class: "days" }, data.days),
  );
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(data.key);
  };
  return element("td", { class: side }, link);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const open = (key) => setTriggerValue("opened", key);
  const frame = parentElement.querySelector(".frame");
  frame.setAttribute("aria-label", data.caption);
  const head = element(
    "tr",
    {},
    element("th", { scope: "col", class: "corner" }, data.corner),
    ...data.columns.map(({ label, company }) =>
      element("th", { scope: "col", class: company ? "company" : "" }, label),
    ),
  );
  const rows = data.rows.map((row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row", title: row.definition }, row.label),
      ...row.cells.map((one, at) => cell(one, data.nobody, data.columns[at].company, open)),
    ),
  );
  frame.replaceChildren(
    element(
      "table",
      {},
      element("caption", { class: "unseen" }, data.caption),
      element("thead", {}, head),
      element("tbody", {}, ...rows),
    ),
  );
}
