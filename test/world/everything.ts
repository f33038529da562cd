/** A workflow that asks in every way there is. */
export const EVERYTHING = `
workflow: everything
title: Everything
description: Every kind of question, once.
owners: [ops@example.com]
timezone: Europe/Berlin
locale: de-DE
run_title: "Order of {{ starter.email }}"
actors:
  asker: { title: Asker, from: trigger }
  buyer: { title: Buyer, email: buyer@example.com }
  checker: { title: Checker, email: checker@example.com }
  second: { title: Second person, email: second@example.com }
data:
  what: { type: text, label: What do you need?, default: "A chair" }
  article: { type: text, label: Article number, pattern: "[A-Z]{2}[0-9]{4}", pattern_help: Two letters and four digits., optional: true }
  lines: { type: list, label: Lines, item: Line, of: { item: { type: text, label: Item }, cost: { type: money, currency: EUR, label: Cost }, verdict: { type: choice, label: Verdict, options: { "yes": Take it, "no": Leave it }, optional: true } }, max: 5 }
  total: { type: money, currency: EUR, label: Total, computed: "sum(lines.map(line, line.cost))" }
  needed: { type: date_time, label: When is it needed? }
  urgent: { type: yes_no, label: Is it urgent? }
  why: { type: long_text, label: Why is it urgent?, show_when: urgent }
  team: { type: people, label: Who will use it? }
  boss: { type: person, label: Your boss }
  notes: { type: files, label: Drawings, accept: [pdf, png], optional: true, max: 3 }
  from_day: { type: date, label: From }
  until_day: { type: date, label: Until }
  quote: { type: file, label: Quote, accept: [pdf] }
  terms: { type: file, label: Terms, accept: [pdf] }
  limit: { type: money, currency: EUR, label: Up to }
  budget: { type: money, currency: EUR, label: Budget, visible_to: [buyer] }
  ticket: { type: text, label: Ticket }
checks:
  - { that: until_day >= from_day, message: It cannot end before it begins., at: until_day }
triggers:
  - form:
      title: Ask for something
      collects:
        - what
        - article
        - lines
        - { section: When and who, help: This helps the buyer., collects: [needed, urgent, why, team, boss, from_day, until_day] }
        - notes
stages:
  papers:
    title: Papers
    actor: buyer
    components:
      - file_request: { id: papers, shows: [what, total], collects: [quote, terms] }
    next: decide
  decide:
    title: Decide
    actor: buyer
    guidance: Ordinary things are fine.
    due: 2 working days
    components:
      - form: { id: judge, shows: [what, total], collects: [budget, { rows: lines, edit: [verdict] }] }
      - decision:
          shows: [what, lines, total, boss]
          asks: Shall it be bought?
          outcomes:
            approve: { label: Approve, tone: good, to: check }
            part: { label: Approve up to a limit, limit: { data: limit, at_most: total }, to: check }
            reject: { label: Reject, tone: bad, reason: required, attest: I have spoken with the asker., to: told }
  check:
    title: Check
    actor: checker
    components:
      - checklist:
          id: arrival
          shows: [lines]
          items:
            box: { label: The box is whole, evidence: file, may_not_apply: false }
            gap: { label: Gap, measure: { unit: mm, min: 1, max: 5 } }
            paper: Delivery note is there
          sign_off: second
      - task: { id: store, do: "Put it **into the store**.", shows: [arrival], proof: [ticket] }
    next:
      - { to: told, when: arrival_failed > 0, label: something failed }
      - { to: route, otherwise: true }
  route:
    title: Where does it go?
    actor: checker
    guidance: Chairs go to the office, machines to the hall.
    components:
      - note: { text: Look at what it is. }
      - form: { id: look, shows: [what], collects: [article] }
    next:
      - { to: told, guidance: It belongs into the office., label: to the office }
      - { to: hall, guidance: It belongs into the hall., label: to the hall }
  hall:
    title: Hall
    actor: system
    components:
      - wait: { event: placed, save: { ticket: ticket.number }, at_most: 3 days, otherwise: told }
    next: told
  told:
    title: Tell the asker
    actor: system
    components:
      - document: { id: paper, title: "Order {{ what }}", into: paper, template: "# Order\\n\\n{{ what }}{% if total %} for {{ total }}{% endif %}" }
      - email: { to: asker, subject: "About {{ what }}", body: "Done. {% if decision_reason %}{{ decision_reason }}{% endif %}{% if ticket %}{{ ticket }}{% endif %}{% if article %}{{ article }}{% endif %}{% if team %}{{ team }}{% endif %}{% if needed %}{{ needed }}{% endif %}{% if notes %}{{ notes }}{% endif %}{% if why %}{{ why }}{% endif %}", attach: [paper] }
`;
