// Offers the other languages, each in its own name; tells the browser which one the page speaks.

const A_YEAR_S = 365 * 24 * 60 * 60;

export default function ({ data, parentElement, setTriggerValue }) {
  document.documentElement.lang = data.current;
  const others = Object.entries(data.languages).filter(([lang]) => lang !== data.current);
  const buttons = others.map(([lang, name]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.lang = lang;
    button.textContent = name;
    button.onclick = () => {
      document.cookie = `${data.cookie}=${lang}; path=/; max-age=${A_YEAR_S}; samesite=lax`;
      setTriggerValue("choice", lang);
    };
    return button;
  });
  const inside = parentElement.querySelector(".switch");
  const focused = inside.contains(parentElement.activeElement);
  inside.replaceChildren(...buttons);
  if (focused) buttons[0].focus();
}
