// Text from articles becomes text nodes only; nothing here may set innerHTML.

function element(tag, ...children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}

const run = ({ text, hit }) => (hit ? element("mark", text) : document.createTextNode(text));

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".snippet");
  root.lang = data.lang;
  root.replaceChildren(
    element("h3", ...data.title.map(run)),
    ...data.passages.map((runs) => element("p", ...runs.map(run))),
  );
}
