/**
 * All that our pages need beside htmx: when a form did not get through, it stays as it is and says so. The sentences
 * stand in the form already, hidden (views/start.tsx).
 */
function tell(form, about) {
  if (!(form instanceof HTMLFormElement)) return;
  for (const notice of form.querySelectorAll('[data-not-sent]')) notice.hidden = notice.dataset.notSent !== about;
}

document.addEventListener('htmx:before:request', ({ detail }) => tell(detail.ctx?.sourceElement, null));

document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  // Any other refusal comes with a page of its own.
  if (status === 413) tell(ctx.sourceElement, 'large');
  else if (status >= 500) tell(ctx.sourceElement, 'later');
});

// The portal could not be reached, or took too long.
document.addEventListener('htmx:error', ({ detail }) => tell(detail.ctx?.sourceElement, 'later'));
