import { Graph, layout } from '@dagrejs/dagre';
import {
  actorTitle,
  type Component,
  type Definition,
  END,
  firstStage,
  type Stage,
  type Successor,
  stageTitle,
} from '../../machines/definition.ts';

/** Where everything of a workflow's picture stands, in pixels from the top left. */
export type DiagramLayout = { width: number; height: number; places: Place[]; arrows: Arrow[] };

export type Place = Box & ({ is: 'start' } | { is: 'end' } | StageCard);

/** A stage as a card: lines of its title, who is responsible, what happens in it. */
export type StageCard = { is: 'stage'; key: string; title: string[]; actor: string; chips: Chip[]; escalation: string | null };
export type Chip = { text: string; x: number; width: number };

/**
 * An arrow from one place to another. `backward`: to a stage that the run has been in already; `exception`: a way that is
 * taken when something does not come or is not found, too often, or not needed. `foot`: where it leaves, for a number.
 */
export type Arrow = {
  from: string;
  to: string;
  path: string;
  head: string;
  foot: { x: number; y: number };
  backward: boolean;
  exception: boolean;
  label: Label | null;
};
export type Label = Box & { lines: string[] };

/** Centre and size. */
type Box = { x: number; y: number; width: number; height: number };

const CARD_WIDTH = 190;
const CARD_PADDING = 16;
const LINE_HEIGHT = 20;
const LABEL_LINE = 16;
const PORT_GAP = 18;
const HEAD = 8;
/** Room at the foot of a card for whoever gets it when nobody answers. */
export const ESCALATION = 26;
const LOOP = 44; // room above and below a card for an arrow that leads back to it at once

/** Names of the places before the first and after the last stage; keys of stages have no spaces. */
export const START = 'start of the run';
export const FINISH = 'end of the run';

/** The words of the chips, by kind of component. */
export const COMPONENT_WORDS: Record<Component['kind'], string> = {
  form: 'Form',
  decision: 'Decision',
  checklist: 'Checklist',
  file_request: 'File request',
  task: 'Task',
  note: 'Note',
  wait: 'Wait',
  email: 'Email',
  document: 'Document',
  lookup: 'Lookup',
  rules: 'Rules',
  http: 'HTTP call',
  sub_workflow: 'Workflow',
};

type Point = { x: number; y: number };
type Edge = Partial<Point> & { points?: Point[]; width?: number };

/** What is used of dagre's graph. Its own types are lost under "module": "nodenext" (imports without extensions). */
type DagreGraph = {
  setGraph(options: Record<string, string | number>): void;
  setNode(key: string, size: { width: number; height: number }): void;
  setEdge(tail: string, head: string, label: Record<string, string | number>, name: string): void;
  node(key: string): Partial<Point>;
  edge(tail: string, head: string, name: string): Edge;
  graph(): { width?: number; height?: number };
};

type Link = { from: string; to: string; label: string | null; backward: boolean; exception: boolean };

/** Lays the stages out from left to right, so that arrows cross as little as possible. The same workflow always looks the same. */
export function layOut(definition: Definition): DiagramLayout {
  const links = linksOf(definition);
  const graph: DagreGraph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 36, edgesep: 24, ranksep: 72, marginx: 8, marginy: 20 });
  const places = placesOf(definition);
  const loops = new Set(links.filter(isLoop).map((link) => link.from));
  for (const [key, { width, height }] of places) graph.setNode(key, { width, height: height + (loops.has(key) ? 2 * LOOP : 0) });
  links.forEach((link, index) => {
    if (isLoop(link)) return;
    // A backward arrow is laid out forwards and drawn the other way round: ranks then follow the ordinary way of a run.
    const [tail, head] = link.backward ? [link.to, link.from] : [link.from, link.to];
    graph.setEdge(tail, head, { ...labelSize(link.label), labelpos: 'c', weight: link.backward ? 1 : 2 }, String(index));
  });
  layout(graph);
  for (const [key, place] of places) Object.assign(place, { x: graph.node(key).x ?? 0, y: graph.node(key).y ?? 0 });

  const routes = links.flatMap((link, index) => (isLoop(link) ? [] : [routeOf(link, graph, String(index))]));
  const ports = portsOf(routes, places);
  const size = graph.graph();
  return {
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
    places: [...places.values()],
    arrows: [
      ...routes.map((route, index) => arrowOf(route, ports(index))),
      ...links.filter(isLoop).map((link) => loopOf(link, places)),
    ],
  };
}

function routeOf(link: Link, graph: DagreGraph, name: string): Route {
  const [tail, head] = link.backward ? [link.to, link.from] : [link.from, link.to];
  const edge = graph.edge(tail, head, name);
  return { link, tail, head, edge, bends: bendsOf(edge, link.backward) };
}

function isLoop(link: Link): boolean {
  return link.from === link.to;
}

/** Where a line bends between two places: level through its label, so that the label covers nothing but line. */
function bendsOf(edge: Edge, backward: boolean): Point[] {
  const bends = (edge.points ?? []).slice(1, -1);
  const width = edge.width ?? 0;
  // One bend without a label stands between neighbouring columns, where nothing has to be gone round.
  if (width === 0) return bends.length === 1 && !backward ? [] : bends;
  return bends.flatMap((bend) => {
    const isLabel = Math.abs(bend.x - (edge.x ?? 0)) < 1 && Math.abs(bend.y - (edge.y ?? 0)) < 1;
    return isLabel
      ? [
          { x: bend.x - width / 2, y: bend.y },
          { x: bend.x + width / 2, y: bend.y },
        ]
      : [bend];
  });
}

/** Every arrow of a workflow, in the order in which it is written. */
function linksOf(definition: Definition): Link[] {
  const ways = { backward: false, exception: false };
  const links: Link[] = [{ from: START, to: firstStage(definition), label: null, ...ways }];
  for (const [key, stage] of Object.entries(definition.stages)) {
    const next = successorsOf(stage);
    for (const successor of next) {
      const label = next.length > 1 ? successorWords(successor) : (successor.label ?? null);
      links.push({ from: key, to: placeOf(successor.to), label, ...ways });
    }
    for (const { to, words } of exceptionsOf(stage))
      links.push({ from: key, to: placeOf(to), label: words, ...ways, exception: true });
  }
  return markBackward(links);
}

function placeOf(to: string): string {
  return to === END ? FINISH : to;
}

/** A way out of a stage that is not the ordinary one, and when it is taken. */
export type Exception = { to: string; words: string };

/** The ways that a stage takes when something does not come or is not found, too often, or when it is left out. */
export function exceptionsOf({ components, next = [], skip }: Stage): Exception[] {
  const inside = components.flatMap((component): Exception[] => {
    if (component.kind !== 'wait' && component.kind !== 'lookup') return [];
    if (component.otherwise === undefined) return [];
    const words =
      component.kind === 'lookup'
        ? 'nothing fits'
        : component.at_most === undefined
          ? 'nothing came'
          : `not within ${component.at_most}`;
    return [{ to: component.otherwise, words }];
  });
  const past = next.flatMap(({ at_most, afterwards }) =>
    at_most === undefined ? [] : [{ to: afterwards ?? END, words: `more than ${at_most} times` }],
  );
  return [...inside, ...past, ...(skip?.to === undefined ? [] : [{ to: skip.to, words: 'left out' }])];
}

/** Where a stage leads; the end of the run where nothing is written. */
export function successorsOf({ next }: Stage): Successor[] {
  return next ?? [{ to: END }];
}

/** When a successor is taken, in the owner's words where there are any. */
export function successorWords(successor: Successor): string {
  return successor.label ?? successor.when ?? 'otherwise';
}

/** An arrow leads back when its target is already on the way from the start to its source. */
function markBackward(links: Link[]): Link[] {
  const backward = new Set<Link>();
  const seen = new Set<string>();
  const way = new Set<string>();
  const visit = (key: string): void => {
    seen.add(key);
    way.add(key);
    for (const link of links.filter((candidate) => candidate.from === key)) {
      if (way.has(link.to)) backward.add(link);
      else if (!seen.has(link.to)) visit(link.to);
    }
    way.delete(key);
  };
  visit(START);
  return links.map((link) => ({ ...link, backward: backward.has(link) }));
}

function placesOf(definition: Definition): Map<string, Place> {
  const places = new Map<string, Place>([[START, { is: 'start', x: 0, y: 0, width: 64, height: 36 }]]);
  for (const [key, stage] of Object.entries(definition.stages)) {
    const title = wrap(stageTitle(definition, key), 18);
    const chips = chipsOf(stage.components.map((component) => COMPONENT_WORDS[component.kind]));
    const escalation = stage.escalate === undefined ? null : escalationWords(definition, stage.escalate);
    const height = CARD_PADDING * 2 + title.length * LINE_HEIGHT + 22 + 34 + (escalation === null ? 0 : ESCALATION);
    places.set(key, {
      is: 'stage',
      key,
      title,
      actor: shorten(actorTitle(definition, stage.actor), 22),
      chips,
      escalation,
      x: 0,
      y: 0,
      width: CARD_WIDTH,
      height,
    });
  }
  return places.set(FINISH, { is: 'end', x: 0, y: 0, width: 56, height: 36 });
}

/** `4 days: to Finance`: who gets it when nobody answers. */
export function escalationWords(definition: Definition, { after, to }: NonNullable<Stage['escalate']>): string {
  return `${after}: to ${actorTitle(definition, to)}`;
}

/** Chips side by side as far as they fit in a card; the rest is counted in the last one. */
function chipsOf(words: string[]): Chip[] {
  const counted = [...new Set(words)].map((word) => {
    const count = words.filter((other) => other === word).length;
    return count > 1 ? `${count} × ${word}` : word;
  });
  const chips: Chip[] = [];
  let x = CARD_PADDING;
  for (const [index, text] of counted.entries()) {
    const width = Math.ceil(text.length * 6.4) + 16;
    if (x + width > CARD_WIDTH - (index === counted.length - 1 ? 8 : 40)) {
      chips.push({ text: `+${counted.length - index}`, x, width: 30 });
      break;
    }
    chips.push({ text, x, width });
    x += width + 6;
  }
  return chips;
}

type Route = { link: Link; tail: string; head: string; edge: Edge; bends: Point[] };
type Ends = { tail: Point; head: Point };

/** Arrows that share a side of a card leave it one above the other, in the order in which they spread. */
function portsOf(routes: Route[], places: Map<string, Place>): (index: number) => Ends {
  const ends = routes.map((route) => ({ tail: { x: 0, y: 0 }, head: { x: 0, y: 0 }, route }));
  for (const [key, place] of places) {
    for (const side of ['tail', 'head'] as const) {
      const here = ends.filter(({ route }) => route[side] === key);
      here.sort((one, other) => bendBeside(one.route, side, places) - bendBeside(other.route, side, places));
      const gap = Math.min(PORT_GAP, (place.height - 12) / Math.max(here.length, 1));
      here.forEach((end, index) => {
        end[side] = {
          x: place.x + (side === 'tail' ? 1 : -1) * (place.width / 2),
          y: place.y + (index - (here.length - 1) / 2) * gap,
        };
      });
    }
  }
  return (index) => ends[index] ?? { tail: { x: 0, y: 0 }, head: { x: 0, y: 0 } };
}

function bendBeside(route: Route, side: 'tail' | 'head', places: Map<string, Place>): number {
  const bend = side === 'tail' ? route.bends[0] : route.bends.at(-1);
  return bend?.y ?? places.get(side === 'tail' ? route.head : route.tail)?.y ?? 0;
}

function arrowOf({ link, edge, bends }: Route, ends: Ends): Arrow {
  const points = link.backward ? [ends.head, ...bends.toReversed(), ends.tail] : [ends.tail, ...bends, ends.head];
  const direction = link.backward ? -1 : 1;
  const tip = link.backward ? ends.tail : ends.head;
  // The line stops where the head begins, so that its end does not show beside the tip.
  const stop = { x: tip.x - direction * HEAD, y: tip.y };
  return {
    ...withoutLabel(link),
    path: smooth([...points.slice(0, -1), stop], direction),
    head: `M${round(tip.x)} ${round(tip.y)}l${-direction * HEAD} -4.5v9z`,
    foot: footOf(points, direction),
    label: labelAt(link.label, edge.x ?? 0, edge.y ?? 0),
  };
}

/** An arrow that leads back to its own card hangs below it. */
function loopOf(link: Link, places: Map<string, Place>): Arrow {
  const { x, y, height } = places.get(link.from) ?? { x: 0, y: 0, height: 0 };
  const bottom = round(y + height / 2);
  return {
    ...withoutLabel(link),
    path: `M${x + 40} ${bottom}C${x + 40} ${bottom + 36} ${x - 40} ${bottom + 36} ${x - 40} ${bottom + HEAD}`,
    head: `M${x - 40} ${bottom}l-4.5 ${HEAD}h9z`,
    foot: { x: x + 54, y: bottom + 12 },
    label: labelAt(link.label, x, bottom + 28),
  };
}

/** Beside the place that an arrow leaves. */
function footOf([start]: Point[], direction: number): Point {
  return { x: round((start?.x ?? 0) + direction * 13), y: round((start?.y ?? 0) - 5) };
}

function withoutLabel({ from, to, backward, exception }: Link): Pick<Arrow, 'from' | 'to' | 'backward' | 'exception'> {
  return { from, to, backward, exception };
}

function labelAt(label: string | null, x: number, y: number): Label | null {
  return label === null ? null : { ...labelSize(label), x, y, lines: wrap(label, 18) };
}

/** A curve through all points that is level wherever it passes one. */
function smooth(points: Point[], direction: number): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${round(first.x)} ${round(first.y)}`;
  let from = first;
  for (const to of rest) {
    const reach = (direction * Math.abs(to.x - from.x)) / 2;
    path += `C${round(from.x + reach)} ${round(from.y)} ${round(to.x - reach)} ${round(to.y)} ${round(to.x)} ${round(to.y)}`;
    from = to;
  }
  return path;
}

function labelSize(label: string | null): { width: number; height: number } {
  if (label === null) return { width: 0, height: 0 };
  const lines = wrap(label, 18);
  return { width: Math.ceil(Math.max(...lines.map((line) => line.length)) * 6.6) + 16, height: lines.length * LABEL_LINE + 6 };
}

/** Words in lines of at most `most` characters; at most three lines, the last one shortened. */
function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).map((part) => shorten(part, most))) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.length <= 3 ? lines : [...lines.slice(0, 2), shorten(lines.slice(2).join(' '), most)];
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
