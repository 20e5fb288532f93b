// What was typed becomes text nodes only; nothing here may set innerHTML.

export default function ({ data, parentElement, setTriggerValue }) {
  const title = document.createElement("p");
  title.textContent = data.title;
  const list = document.createElement("ul");
  for (const search of data.searches) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = search;
    button.onclick = () => setTriggerValue("choice", search);
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }
  parentElement.querySelector(".recent").replaceChildren(title, list);
}
