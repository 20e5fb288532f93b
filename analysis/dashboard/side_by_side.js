// A table of sentences. Text from articles becomes text nodes only; nothing here may set innerHTML.
// The roles are written out because a narrow screen lays the table out as a list.

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function claim(data, open) {
  const link = element("a", { href: data.href, "aria-label": `${data.open}: ${data.quote}` }, data.open);
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(data.id);
  };
  return element(
    "div",
    { class: `claim ${data.polarity}` },
    element("p", { class: "stated" }, data.stated),
    element("blockquote", { lang: data.lang }, data.quote),
    element("p", { class: "line" }, data.line),
    link,
  );
}

function cell(data, vendor, open) {
  const figures = [...data.counts, data.copies].filter(Boolean).join(" · ");
  return element(
    "td",
    { role: "cell", class: data.state },
    element("p", { class: "vendor", "aria-hidden": "true" }, vendor),
    element(
      "p",
      { class: "state" },
      element("span", { class: "sign", "aria-hidden": "true" }),
      element("strong", {}, data.stated),
      ...(figures ? [element("span", {}, figures)] : []),
    ),
    ...data.claims.map((one) => claim(one, open)),
  );
}

export default function ({ data, parentElement, setTriggerValue }) {
  const open = (id) => setTriggerValue("opened", id);
  const heading = (scope, role, label, title) => element("th", { scope, role, title }, label);
  const head = element(
    "tr",
    { role: "row" },
    heading("col", "columnheader", data.corner),
    ...data.columns.map((label) => heading("col", "columnheader", label)),
  );
  const rows = data.rows.map((row) =>
    element(
      "tr",
      { role: "row" },
      heading("row", "rowheader", row.label, row.definition),
      ...row.cells.map((one, column) => cell(one, data.columns[column], open)),
    ),
  );
  parentElement.querySelector(".frame").replaceChildren(
    element(
      "table",
      { role: "table", "aria-label": data.caption },
      element("thead", { role: "rowgroup" }, head),
      element("tbody", { role: "rowgroup" }, ...rows),
    ),
  );
}
