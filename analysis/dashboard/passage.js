// Text from articles becomes text nodes only; nothing here may set innerHTML.

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function aside(className, text, { ui }) {
  const made = element("span", className, text);
  made.lang = ui;
  return made;
}

// Only a screen reader says it; spaces keep it apart from the words beside it.
function said(text, data) {
  return aside("unseen", ` [${text}] `, data);
}

function marked(text, roles) {
  return roles.reduce((inner, role, depth) => {
    const made = element("span", role, inner);
    made.style.textUnderlineOffset = `${0.2 + 0.28 * depth}em`;
    return made;
  }, document.createTextNode(text));
}

function run({ text, evidence, roles, ends, change }, data) {
  if (change !== "kept") {
    const tag = change === "added" ? "ins" : "del";
    return [said(data.changes[change], data), element(tag, "", text)];
  }
  const words = marked(text, roles);
  const tags = ends.map(([role, label]) => aside(`tag ${role}`, label, data));
  return [evidence ? element("mark", "", words) : words, ...tags];
}

// The sentence is one stretch of runs; around it stands what is not.
function paragraph(runs, data) {
  const first = runs.findIndex(({ evidence }) => evidence);
  const last = runs.findLastIndex(({ evidence }) => evidence);
  const drawn = (part) => run(part, data);
  if (first < 0) return runs.flatMap(drawn);
  return [
    ...runs.slice(0, first).flatMap(drawn),
    said(data.bounds[0], data),
    element("span", "sentence", ...runs.slice(first, last + 1).flatMap(drawn)),
    said(data.bounds[1], data),
    ...runs.slice(last + 1).flatMap(drawn),
  ];
}

function block({ title, gap, quote, polarity, runs }, data) {
  const left = gap ? [element("p", "gap", "[…]")] : [];
  if (!runs.length) return left;
  const tag = title ? "h2" : quote ? "blockquote" : "p";
  return [...left, element(tag, polarity ?? "", ...paragraph(runs, data))];
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".passage");
  root.lang = data.lang;
  root.replaceChildren(...data.blocks.flatMap((part) => block(part, data)));
  const legend = parentElement.querySelector(".legend");
  legend.lang = data.ui;
  legend.hidden = !data.marks.length;
  legend.replaceChildren(
    ...data.marks.map(({ mark, text }) => element("li", "", element("span", mark, text))),
  );
}
