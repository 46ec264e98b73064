// Asks every few seconds what was said meanwhile. Without it the page is as useful, only reloaded by hand.
(function () {
  "use strict";
  var list = document.getElementById("talk-lines");
  var seen = document.getElementById("talk-seen");
  var address = list && list.dataset.address;
  if (!address || !window.fetch) { return; }

  function again() { window.setTimeout(ask, 8000); }

  function show(news) {
    if (news.lines) { list.insertAdjacentHTML("beforeend", news.lines); }
    list.dataset.after = news.after;
    if (seen.textContent !== news.seen) { seen.textContent = news.seen; }
  }

  function ask() {
    if (document.hidden) { again(); return; }
    fetch(address + "?after=" + encodeURIComponent(list.dataset.after), { credentials: "same-origin" })
      .then(function (answer) {
        if (answer.status === 200) { return answer.json().then(show).then(again); }
        if (answer.status >= 500 || answer.status === 429) { again(); }
      })
      .catch(again);
  }

  again();
})();
