/** A small workflow that goes through most of the check. */
export const WARM_UP = `
workflow: warm-up
title: Warm-up
owners: [owner@example.com]
run_title: Warm-up of {{ amount }}
actors:
  starter: { title: Starter, from: trigger }
  clerk: { title: Clerk, email: clerk@example.com }
data:
  amount: { type: money, currency: EUR, max: 1000 }
  code: { type: text, pattern: "[A-Z]{2}[0-9]{6}", optional: true }
  level: { type: choice, options: { low: Low, high: High } }
triggers: [{ form: { collects: [amount, code] } }]
stages:
  sort:
    actor: system
    components: [{ rules: { rows: [{ when: amount < 100, set: { level: low } }, { otherwise: true, set: { level: high } }] } }]
    next: [{ to: look, when: level == "high" && amount > 10 }, { to: tell, otherwise: true }]
  look:
    actor: clerk
    due: 2 working days
    components:
      - decision: { shows: [amount], outcomes: { yes: { label: "Yes", to: tell }, no: { label: "No", reason: required, to: sort } } }
  tell:
    actor: system
    components:
      - email: { to: starter, subject: "About {{ amount }}", body: "Hello {{ starter.name }}, {% if code %}{{ code }}{% endif %}" }
`;
