// Text from articles becomes text nodes only; nothing here may set innerHTML.

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function run({ text, evidence, cue, ends }) {
  let made = document.createTextNode(text);
  if (cue) made = element("span", "cue", made);
  if (evidence) made = element("mark", "", made);
  return [made, ...ends.map((number) => element("sup", "", String(number)))];
}

function block({ title, gap, quote, runs }) {
  const left = gap ? [element("p", "gap", "[…]")] : [];
  if (!runs.length) return left;
  const tag = title ? "h3" : quote ? "blockquote" : "p";
  return [...left, element(tag, "", ...runs.flatMap(run))];
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".passage");
  root.lang = data.lang;
  root.replaceChildren(...data.blocks.flatMap(block));
}
