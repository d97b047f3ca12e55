// The list of products in the admin: ticks the whole page at once. Without this the link does so with a request.
"use strict";
{
  const link = document.querySelector(".tick-page");
  const boxes = () => document.querySelectorAll("#products input[name=id]");
  const show = () => {
    const all = [...boxes()].every((box) => box.checked);
    link.dataset.tick = all ? "none" : "all";
    link.textContent = all ? link.dataset.none : link.dataset.all;
  };
  if (link) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const tick = link.dataset.tick === "all";
      for (const box of boxes()) box.checked = tick;
      show();
    });
    document.addEventListener("change", (event) => {
      if (event.target.name === "id") show();
    });
    show();
  }
}
