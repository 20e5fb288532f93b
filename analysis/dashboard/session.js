// Brings a reader back, after the login, to the address that was asked for; ends the page with the login.

const WANTED = "earshot-wanted";
const LONGEST_MS = 2 ** 31 - 1;
let end;

export default function ({ data }) {
  clearTimeout(end);
  const here = location.pathname + location.search;
  if (data.remember) {
    sessionStorage.setItem(WANTED, here);
    return;
  }
  end = setTimeout(() => location.reload(), Math.min(data.seconds * 1000, LONGEST_MS));
  const wanted = sessionStorage.getItem(WANTED);
  sessionStorage.removeItem(WANTED);
  // A path of two slashes would lead to another site.
  if (wanted && wanted !== here && new URL(wanted, location.href).origin === location.origin) {
    location.replace(wanted);
  }
}
