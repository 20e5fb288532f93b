// Terms and texts become text nodes only.

export default function ({ data, parentElement }) {
  const pairs = data.facts.map(({ term, text }) => {
    const pair = document.createElement("div");
    for (const [tag, words] of [["dt", term], ["dd", text]]) {
      const made = document.createElement(tag);
      made.append(words);
      pair.append(made);
    }
    return pair;
  });
  parentElement.querySelector("dl").replaceChildren(...pairs);
}
