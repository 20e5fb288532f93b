// The text becomes a text node, and goes to the clipboard as plain text.

// Browsers offer the clipboard to https and localhost only; elsewhere, the old command.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyAsBefore(text);
  }
}

function copyAsBefore(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("not copied");
}

export default function ({ data, parentElement }) {
  const shown = parentElement.querySelector("pre");
  const button = parentElement.querySelector("button");
  const status = parentElement.querySelector("[role=status]");
  if (shown.textContent !== data.text) {
    shown.textContent = data.text;
    status.textContent = "";
  }
  shown.className = data.code ? "code" : "";
  shown.setAttribute("aria-label", data.name);
  shown.setAttribute("role", "group");
  button.hidden = false; // a button without a name is none
  button.textContent = data.copy;
  button.setAttribute("aria-label", `${data.copy}: ${data.name}`);
  button.onclick = async () => {
    try {
      await copy(data.text);
      status.textContent = data.copied;
    } catch {
      status.textContent = data.failed;
    }
  };
}
