// The console's script. Everything works without it; with it pages of the console change without being loaded anew,
// lists follow what is typed into their filters, and labels are read by the camera. No part of it knows a rule: what it
// sends and shows is what a browser alone would send and show. Where anything is unexpected, the browser takes over.
"use strict";
(() => {
  // Signing in and out changes the whole page: the browser's own affair.
  const NATIVE = ["/console/sign-in", "/console/sign-out", "/console/code"];
  // Milliseconds of silence after which a filter is taken as typed.
  const TYPED_MS = 300;
  // Forms that are kept as they were typed, for whoever goes back to them.
  const MOST_KEPT = 5;

  const main = () => document.getElementById("main");
  const say = (word) => document.body.dataset["say" + word[0].toUpperCase() + word.slice(1)] || "";
  const place = (url) => url.pathname + url.search;
  const isOurs = (url) =>
    url.origin === location.origin && /^\/console(\/|$)/.test(url.pathname) && !NATIVE.includes(url.pathname);

  let here = place(location);
  let underWay = null; // what stops the page that is being fetched
  let silence = 0; // what waits for the end of typing into a filter
  let isDirty = false; // something is typed and not sent
  const kept = new Map(); // pages with forms, by their place

  // ---- pages that change in place

  // The assets a page was made with: after an update of the program the whole page is loaded.
  const assetsOf = (page) =>
    [...page.querySelectorAll("link[rel=stylesheet], script[src]")].map((one) => one.href || one.src).join();

  // Puts the page of an answer in place of the present one; false if only a whole load will do.
  function put(page, url, how) {
    const fresh = page.getElementById("main");
    const [nav, freshNav] = [document, page].map((of) => of.querySelector(".places"));
    const [who, freshWho] = [document, page].map((of) => of.querySelector(".who"));
    const isAlike = fresh && who && freshWho && !nav === !freshNav && assetsOf(page) === assetsOf(document)
      && page.documentElement.lang === document.documentElement.lang;
    if (!isAlike || !isOurs(url)) return false;
    keep();
    isDirty = false;
    if (how === "push") {
      history.replaceState({ y: scrollY }, "");
      history.pushState({}, "", url);
    }
    if (how === "replace" || how === "typing") history.replaceState({}, "", url);
    here = place(url);
    document.title = page.title;
    who.replaceWith(freshWho);
    nav?.replaceWith(freshNav);
    if (how === "typing" && followFilter(fresh)) return true;
    main().replaceWith(fresh);
    isDirty = Boolean(fresh.querySelector(".errors")); // what was typed there is not sent yet
    settle(how);
    return true;
  }

  // While a filter is typed into, it stays and what it chose changes.
  function followFilter(fresh) {
    const [filter, freshFilter] = [main(), fresh].map((of) => of.querySelector(":scope > .filter"));
    if (!filter || !freshFilter) return false;
    filter.querySelector(":scope > a")?.remove();
    filter.append(...freshFilter.querySelectorAll(":scope > a"));
    while (filter.nextSibling) filter.nextSibling.remove();
    while (freshFilter.nextSibling) filter.parentNode.append(freshFilter.nextSibling);
    return true;
  }

  // A page that is left: where it was scrolled to, and its form as it was typed.
  function keep() {
    if (!main().querySelector("form.fields")) return;
    for (const form of main().querySelectorAll("form")) setBusy(form, false);
    kept.delete(here);
    kept.set(here, { page: main(), title: document.title, isDirty });
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  }

  // Tells readers of the screen and the keyboard where they are now: at what is wrong, else at the heading.
  function settle(how) {
    enhance();
    if (how === "pop") return;
    scrollTo(0, 0);
    focusHead();
  }

  function focusHead() {
    const head = main().querySelector(".errors") || main().querySelector("h1");
    if (!head) return;
    head.tabIndex = -1;
    head.focus();
  }

  async function pageOf(answer) {
    if (!(answer.headers.get("content-type") || "").startsWith("text/html")) {
      answer.body?.cancel();
      return null;
    }
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // Opens an address of the console.
  async function visit(url, how) {
    clearTimeout(silence); // who goes elsewhere does not wait for the list
    underWay?.abort();
    const mine = (underWay = new AbortController());
    main().setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { accept: "text/html" }, signal: mine.signal });
      const page = await pageOf(answer);
      if (mine.signal.aborted) return;
      if (page && put(page, new URL(answer.url), how)) return;
    } catch (error) {
      if (error.name === "AbortError") return;
    } finally {
      main().removeAttribute("aria-busy");
    }
    isDirty = false;
    location.assign(url);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !isPlain || event.defaultPrevented) return;
    if (link.target || link.hasAttribute("download") || link.hasAttribute("data-download") || link.hreflang) return;
    const url = new URL(link.href);
    if (!isOurs(url) || (url.hash && place(url) === here)) return;
    event.preventDefault();
    if (!isDirty || confirm(say("leave"))) visit(url, "push");
  });

  addEventListener("popstate", async (event) => {
    if (place(location) === here) return; // only the part behind # is another one
    const typed = kept.get(place(location));
    if (typed) {
      underWay?.abort();
      keep();
      here = place(location);
      main().replaceWith(typed.page);
      [document.title, isDirty] = [typed.title, typed.isDirty];
      focusHead();
    } else {
      await visit(new URL(location.href), "pop");
    }
    scrollTo(0, event.state?.y || 0);
  });
  history.scrollRestoration = "manual";

  // ---- forms

  function setBusy(form, isBusy) {
    form.toggleAttribute("data-busy", isBusy);
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = isBusy;
  }

  function addressOf(form) {
    const url = new URL(form.getAttribute("action") || location.href, location.href);
    url.search = new URLSearchParams([...new FormData(form)].filter(([, text]) => text !== ""));
    return url;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const url = new URL(form.getAttribute("action") || location.href, location.href);
    if (event.defaultPrevented || !isOurs(url)) return;
    if (form.hasAttribute("data-download")) return; // the browser keeps what comes, and the page stays
    event.preventDefault();
    if (form.hasAttribute("data-busy")) return; // it is being sent already
    if (form.getAttribute("method") === "post") send(form, url, event.submitter);
    else visit(addressOf(form), "push");
  });

  async function send(form, url, button) {
    const data = new FormData(form);
    if (button?.name) data.append(button.name, button.value);
    const isFile = form.getAttribute("enctype") === "multipart/form-data";
    setBusy(form, true);
    isDirty = false;
    underWay?.abort();
    let answer; // undefined: none came
    try {
      const body = isFile ? data : new URLSearchParams(data);
      answer = await fetch(url, { method: "POST", headers: { accept: "text/html" }, body });
    } catch {
      // Not sent, or no answer came: the browser sends it again, and one form is done once.
      if (button?.name) {
        const { name, value } = button;
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      }
      setBusy(form, false);
      HTMLFormElement.prototype.submit.call(form);
      return;
    }
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    setBusy(form, false);
    const end = new URL(answer.url);
    if (put(page, end, place(end) === here ? "replace" : "push")) return;
    if (answer.redirected) location.assign(answer.url);
    else whole(text);
  }

  // An answer to a form that does not fit into the page: it is the page. It is never asked for twice.
  function whole(text) {
    document.open();
    document.write(text);
    document.close();
  }

  addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });

  function typed(event) {
    const form = event.target.form;
    if (!form || event.isComposing) return; // half a Chinese word is none
    if (event.target.matches("[data-rows]")) countRows(event.target);
    if (form.matches("form.fields") && form.getAttribute("method") === "post") isDirty = true;
    if (!form.matches("form.filter")) return;
    clearTimeout(silence);
    const wait = event.target.matches("select") ? 0 : TYPED_MS;
    silence = setTimeout(() => visit(addressOf(form), "typing"), wait);
  }
  document.addEventListener("input", typed);
  document.addEventListener("compositionend", typed);

  // A hand scanner ends every serial with Enter: the first one leads on to the last one.
  document.addEventListener("keydown", (event) => {
    const next = event.target.id === "first" && document.getElementById("last");
    if (event.key !== "Enter" || event.isComposing || !next || next.value || !event.target.value) return;
    event.preventDefault();
    next.focus();
  });

  // ---- fields that name marks

  function countRows(area) {
    const rows = area.value.split("\n").filter((line) => line.trim() && !line.trim().startsWith("#")).length;
    area.rowCount.textContent = rows ? `${rows} ${say("rows")}` : "";
  }

  // Adds to the page what only a script can do.
  function enhance() {
    for (const area of main().querySelectorAll("textarea[data-rows]")) {
      area.rowCount = document.createElement("output");
      area.rowCount.className = "hint";
      area.after(area.rowCount);
      countRows(area);
    }
    for (const picture of main().querySelectorAll("img[data-shows]")) follow(picture);
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
    for (const field of main().querySelectorAll("[data-scan]")) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "scan quiet" });
      button.textContent = say("scan");
      button.setAttribute("aria-label", `${say("scan")} ${field.labels[0]?.textContent || ""}`.trim());
      button.addEventListener("click", () => scan(field));
      field.after(button);
      field.parentElement.classList.add("scans");
    }
  }

  // A picture follows what is chosen in its form; what cannot be drawn says so in the picture's place.
  function follow(picture) {
    const form = picture.closest("form");
    form.addEventListener("change", (event) => {
      if (!["template", "dpi"].includes(event.target.name)) return;
      const chosen = new FormData(form);
      const asked = new URLSearchParams(["template", "dpi"].map((name) => [name, chosen.get(name) || ""]));
      picture.src = `${picture.dataset.shows}?${asked}`;
    });
  }

  // Opens the camera until a symbol is read; into a list, until it is closed.
  async function scan(field) {
    const make = (name, text) => Object.assign(document.createElement(name), { textContent: text });
    const dialog = make("dialog", "");
    const [video, aim, close] = [make("video", ""), make("p", say("aim")), make("button", say("close"))];
    let stream;
    dialog.className = "camera";
    [video.muted, video.playsInline, close.type] = [true, true, "button"];
    aim.setAttribute("role", "status");
    dialog.append(video, aim, close);
    document.body.append(dialog);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      stream?.getTracks().forEach((track) => track.stop());
      dialog.remove();
      const next = field.id === "first" && field.value && document.getElementById("last");
      (next && !next.value ? next : field).focus();
    });
    dialog.showModal();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      await video.play();
      const detector = new BarcodeDetector();
      while (dialog.open) {
        const [found] = await detector.detect(video);
        if (found && take(field, found.rawValue)) dialog.close();
        if (found && dialog.open) aim.textContent = field.rowCount?.textContent || say("aim");
        await new Promise(requestAnimationFrame);
      }
    } catch {
      aim.textContent = say("camera");
    }
    if (!dialog.open) stream?.getTracks().forEach((track) => track.stop()); // closed before it had opened
  }

  // Puts what was read into a field. Returns whether that is all.
  function take(field, text) {
    const isList = field.matches("textarea");
    const lines = field.value.split("\n").map((line) => line.trim());
    if (isList && lines.includes(text)) return false; // still the same label before the camera
    if (isList) field.value = [...lines.filter(Boolean), text, ""].join("\n");
    else field.value = field.id === "containers" && field.value ? `${field.value}, ${text}` : text;
    navigator.vibrate?.(60);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return !isList;
  }

  enhance();
  if (main().querySelector(".errors")) focusHead();
})();
