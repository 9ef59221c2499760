// Keeps an open page as the workspace is: asks for the page again and takes over what changed. Without this script the
// browser loads the whole page every few seconds.
"use strict";

const PAUSE_MS = 1000;
const PAUSE_HIDDEN_MS = 10000;
const links = { job: /^#job\/(\d+)$/, run: /^#job\/(\d+)\/run\/(\d+)/, cluster: /^#setting\/clusters\/([\w-]+)/ };

// Addresses in the form of earlier years name their page behind the #, which no server sees.
function followOldAddress() {
  const [run, job, cluster] = [links.run, links.job, links.cluster].map((form) => location.hash.match(form));
  const place = run ? `/jobs/${run[1]}/runs/${run[2]}` : job ? `/jobs/${job[1]}` : cluster ? `/compute/${cluster[1]}` : "";
  if (!place) return;
  const next = document.querySelector("form input[name=next]");
  if (next) next.value = place;
  else location.replace(place);
}

function takeOver(fresh) {
  const shown = document.querySelector("main");
  const open = [...shown.querySelectorAll("details[open]")].map((details) => details.id);
  const graph = shown.querySelector(".graph");
  const scrolled = graph ? graph.scrollLeft : 0;
  for (const id of open) fresh.querySelector(`details[id="${id}"]`)?.setAttribute("open", "");
  if (fresh.outerHTML === shown.outerHTML) return;
  shown.replaceWith(document.adoptNode(fresh));
  const redrawn = fresh.querySelector(".graph");
  if (redrawn) redrawn.scrollLeft = scrolled;
}

async function refresh() {
  const main = document.querySelector("main[data-live]");
  if (!main) return;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (new URL(answer.url).pathname === "/login") return location.reload();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    // Somebody who is about to press a button keeps it.
    if (fresh && !document.activeElement?.matches("main button")) takeOver(fresh);
    document.body.classList.remove("stale");
  } catch {
    document.body.classList.add("stale");
  }
  wait();
}

function wait() {
  setTimeout(refresh, document.hidden ? PAUSE_HIDDEN_MS : PAUSE_MS);
}

followOldAddress();
addEventListener("hashchange", followOldAddress);
wait();
