/**
 * A workflow as large as an owner might write one: groups of five stages, each with a form, a fork by rules, a call,
 * a mail and a way back. Nothing in it is wrong, and its text stays well below what a file may have.
 */
export function largeDefinition(stages = 200): string {
  const groups = Array.from({ length: Math.ceil(stages / 5) }, (_, index) => index);
  return [
    HEAD,
    'data:',
    ...groups.map(dataOf),
    `  urgent: { type: yes_no, label: Is it urgent? }`,
    `triggers: [{ form: { collects: [urgent] } }, { api: {} }]`,
    'stages:',
    ...groups.map((group) => stagesOf(group, group === groups.length - 1)),
    endOf(groups),
    '',
  ].join('\n');
}

/** What was gathered in the first stages is used in the last one. */
function endOf(groups: readonly number[]): string {
  const amounts = groups.map((group) => `amount_${group}`);
  const lines = amounts.map((name) => `            - {{ ${name} }}`);
  return `  sum_up:
    actor: system
    components:
      - document:
          title: All amounts
          into: summary
          template: |
${lines.join('\n')}
      - email: { to: starter, subject: All is done, body: See the attached list., attach: [summary] }
    next:
      - { to: ask_0, when: "${amounts.slice(0, 30).join(' + ')} > 90000", at_most: 2, afterwards: end }
      - { to: end, otherwise: true }`;
}

const HEAD = `workflow: large
title: Large
description: A bench for the check.
owners: [ops@example.com]
timezone: Europe/Berlin
run_title: "Case of {{ starter.name }}"
settings: { SERVICE: https://service.example.com }
secrets: [TOKEN]
actors:
  starter: { title: Starter, from: trigger }
  clerk: { title: Clerk, email: clerk@example.com }
  manager: { title: Manager, email: manager@example.com }`;

function dataOf(group: number): string {
  return `  amount_${group}: { type: money, currency: EUR, label: "Amount ${group}", max: 100000 }
  note_${group}: { type: long_text, optional: true }
  answer_${group}: { type: choice, options: { approve: Approve, revise: Revise, reject: Reject } }`;
}

function stagesOf(group: number, last: boolean): string {
  const after = last ? 'sum_up' : `ask_${group + 1}`;
  const before = group === 0 ? '' : ` && amount_${group} > amount_${group - 1}`;
  return `  ask_${group}:
    actor: clerk
    guidance: |
      Say what it costs, and why. Amounts above 5,000 are looked at by the manager.
    due: 2 working days
    remind: 1 day
    components: [{ form: { shows: [urgent], collects: [amount_${group}, note_${group}] } }]
    next:
      - { to: look_${group}, when: "amount_${group} > 5000${before}" }
      - { to: send_${group}, when: "urgent && amount_${group} <= 100" }
      - { to: check_${group}, otherwise: true }
  look_${group}:
    actor: manager
    due: 3 days
    escalate: { after: 5 days, to: clerk }
    components: [{ form: { shows: [amount_${group}, note_${group}], collects: [answer_${group}] } }]
    next:
      - { to: send_${group}, when: 'answer_${group} == "approve"' }
      - { to: ask_${group}, when: 'answer_${group} == "revise"', at_most: 3, afterwards: tell_${group} }
      - { to: tell_${group}, when: 'answer_${group} == "reject"' }
  check_${group}:
    actor: clerk
    components:
      - decision: { into: verdict_${group}, shows: [amount_${group}], outcomes: { good: { label: Good, to: send_${group} }, bad: { label: Bad, reason: required, to: ask_${group} } } }
  send_${group}:
    actor: system
    components:
      - http: { id: call_${group}, url: "{{ settings.SERVICE }}/cases", headers: { Authorization: "Bearer {{ secrets.TOKEN }}" }, json: { amount: "{{ amount_${group} }}", by: "{{ starter.email }}" } }
    next: tell_${group}
  tell_${group}:
    actor: system
    components:
      - email:
          to: starter
          subject: "Step ${group}: {{ amount_${group} }}"
          body: |
            Hello {{ starter.name }},
            the amount is {{ amount_${group} }}{% if urgent == "Yes" %} and it is urgent{% endif %}.
            {% if note_${group} %}Note: {{ note_${group} }}{% endif %}
    next: ${after}`;
}
