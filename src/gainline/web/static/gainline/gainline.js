// What makes pages better with script; each of them works without it.

// A link that leads to a page of confirmation opens the same question as a dialog where one stands on the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens]");
  const dialog = link && document.getElementById(link.dataset.opens);
  if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  dialog.showModal();
  dialog.addEventListener("close", () => link.focus(), { once: true });
});

// The phone's menu closes with Escape and gives the focus back.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// After a form came back with faults, the reader starts at their summary.
document.querySelector("[data-focus]")?.focus();

// A file that is sent says how far it is; the answer is opened as it would have been anyway; a form with faults takes the place of the one that was sent.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (!form) return;
  event.preventDefault();
  const state = form.querySelector(".upload-state");
  const bar = state.querySelector("progress");
  const says = state.querySelector("[role=status]");
  const request = new XMLHttpRequest();
  state.hidden = false;
  says.textContent = says.dataset.sending;
  request.upload.addEventListener("progress", (sent) => {
    if (sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total;
  });
  request.upload.addEventListener("load", () => { bar.removeAttribute("value"); says.textContent = says.dataset.sent; });
  request.addEventListener("error", () => { bar.value = 0; says.textContent = says.dataset.failed; });
  request.addEventListener("load", () => {
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = answer.querySelector("main");
    if (!main) { bar.value = 0; says.textContent = says.dataset.failed; return; }
    // Another page brings scripts and styles of its own in its head: the browser opens it, rather than we its main part.
    if (request.responseURL !== form.action) { location.assign(request.responseURL); return; }
    if (request.responseURL !== location.href) history.pushState({}, "", request.responseURL);
    document.title = answer.title;
    document.querySelector("main").replaceWith(document.adoptNode(main));
    window.htmx?.process(main);
    (document.querySelector("[data-focus]") ?? document.getElementById("main")).focus();
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
});
