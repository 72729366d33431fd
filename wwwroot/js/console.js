// What the console cannot do in C#: the clipboard, the menu's closing, the search shortcut, held keys. No inline script anywhere.
function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    announce("Could not copy. Select the text and copy it by hand.");
    return;
  }
  button.dataset.copied = "";
  announce("Copied");
  setTimeout(() => {
    delete button.dataset.copied;
    announce("");
  }, 1500);
}

document.addEventListener("click", event => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  const reload = event.target.closest("[data-reload]");
  if (reload) {
    event.preventDefault();
    location.reload();
  }
  if (event.target.closest("#rail a")) document.querySelector("#rail:popover-open")?.hidePopover();
});

// Enter moves on through a queue of payments: a key that is held down must not.
document.addEventListener("keydown", event => {
  if (event.key === "Enter" && event.repeat && !event.target.closest("textarea")) event.preventDefault();
});

document.addEventListener("keydown", event => {
  if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const search = document.getElementById("search");
  if (!search) return;
  event.preventDefault();
  search.select();
});
