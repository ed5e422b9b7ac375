/**
 * Where boxes and arrows of the money's way stand: once lying for wide screens, once standing for phones. Pure; units
 * are those of the picture's own box.
 */

/** A merchant `waits` as long as nothing has come. */
export type BoxKind = 'customer' | 'balance' | 'merchant' | 'waiting' | 'kept' | 'fee';

/** What is written in a box. */
export interface Words {
  name: string;
  sum: string;
  notes: string[];
  /** What went back from here. */
  back?: string;
}

/** One party with its amounts in minor units. */
export interface Party {
  kind: BoxKind;
  words: Words;
  /** Has come here, is still to come, was taken back from here. */
  moved: number;
  open: number;
  back: number;
}

export interface Box extends Pick<Party, 'kind' | 'words'> {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Arrow {
  kind: 'moved' | 'open' | 'back' | 'kept';
  path: string;
  /** Points of its head. */
  head: string;
  thickness: number;
}

export interface Picture {
  width: number;
  height: number;
  boxes: Box[];
  arrows: Arrow[];
}

/** Everybody on the money's way; amounts are drawn in proportion to `total`, in minor units. */
export interface Way {
  total: number;
  customer: Party;
  balance: Party;
  targets: Party[];
}

const LINE = 20;
const PAD = 14;
const GAP = 16;
const HEAD = 11;
/** What the whole amount is as thick as. */
const LYING_TOTAL = 132;
const STANDING_TOTAL = 64;

/** From left to right. */
export function lying(way: Way): Picture {
  const width = 1080;
  const [left, middle, right] = [
    { x: 0, width: 208 },
    { x: 400, width: 224 },
    { x: 820, width: 260 },
  ];
  const heights = way.targets.map(heightOf);
  const scale = (amount: number) => thicknessOf(amount, way.total, LYING_TOTAL);
  const bundles = way.targets.map((target) => bundleOf(target, scale));
  const leaving = sum(bundles.map(({ thickness }) => thickness)) + GAP * (bundles.length - 1);
  const tallest = Math.max(heightOf(way.balance), LYING_TOTAL + 24, leaving + 24);
  const height = Math.max(sum(heights) + GAP * (heights.length - 1), tallest);
  const center = height / 2;
  const boxes: Box[] = [
    { ...way.customer, ...left, ...around(center, Math.max(heightOf(way.customer), LYING_TOTAL + 24)) },
    { ...way.balance, ...middle, ...around(center, tallest) },
  ];
  const arrows = customerArrows(way, scale, (offset) => ({
    from: [left.x + left.width, center + offset],
    to: [middle.x, center + offset],
  }));
  let exit = center - leaving / 2;
  let top = (height - sum(heights) - GAP * (heights.length - 1)) / 2;
  way.targets.forEach((target, index) => {
    const { parts, thickness } = bundles[index] ?? { parts: [], thickness: 0 };
    const boxHeight = heights[index] ?? 0;
    boxes.push({ ...target, ...right, y: top, height: boxHeight });
    let along = -thickness / 2;
    for (const part of parts) {
      const offset = along + part.thickness / 2;
      const near: Point = [middle.x + middle.width, exit + thickness / 2 + offset];
      const far: Point = [right.x, top + boxHeight / 2 + offset];
      arrows.push(part.kind === 'back' ? bent(part, far, near) : bent(part, near, far));
      along += part.thickness + PART_GAP;
    }
    exit += thickness + GAP;
    top += boxHeight + GAP;
  });
  return { width, height, boxes, arrows };
}

/** From top to bottom, for narrow screens: the shares hang on a trunk. */
export function standing(way: Way): Picture {
  const width = 340;
  const trunk = 96;
  const scale = (amount: number) => thicknessOf(amount, way.total, STANDING_TOTAL);
  const wide = { x: 0, width };
  const customer = { ...way.customer, ...wide, y: 0, height: heightOf(way.customer) };
  const balance = { ...way.balance, ...wide, y: customer.height + 56, height: heightOf(way.balance) };
  const boxes: Box[] = [customer, balance];
  const arrows = customerArrows(way, scale, (offset) => ({
    from: [trunk / 2 + offset, customer.height],
    to: [trunk / 2 + offset, balance.y],
  }));
  let top = balance.y + balance.height + 28;
  let x = trunk - 22;
  for (const target of way.targets) {
    const height = heightOf(target);
    const { parts } = bundleOf(target, scale);
    boxes.push({ ...target, x: trunk, width: width - trunk, y: top, height });
    let along = top + 16;
    // What goes back is said in the box: there is no room for arrows both ways.
    for (const part of parts.filter(({ kind }) => kind !== 'back')) {
      x -= part.thickness / 2;
      arrows.push(hung(part, [x, balance.y + balance.height], [trunk, along + part.thickness / 2]));
      x -= part.thickness / 2 + PART_GAP;
      along += part.thickness + PART_GAP;
    }
    top += height + GAP;
  }
  return { width, height: top - GAP, boxes, arrows };
}

type Point = readonly [x: number, y: number];

interface Part {
  kind: Arrow['kind'];
  thickness: number;
}

const PART_GAP = 3;

/** The arrows between the balance and one of the parties, as thick as what they carry. */
function bundleOf(target: Party, scale: (amount: number) => number): { parts: Part[]; thickness: number } {
  const movedAs = target.kind === 'kept' || target.kind === 'fee' ? 'kept' : 'moved';
  const parts: Part[] = [
    { kind: movedAs, thickness: scale(target.moved) } as const,
    { kind: 'open', thickness: scale(target.open) } as const,
    { kind: 'back', thickness: Math.min(scale(target.back), 8) } as const,
  ].filter(({ thickness }) => thickness > 0);
  return { parts, thickness: sum(parts.map(({ thickness }) => thickness)) + PART_GAP * Math.max(0, parts.length - 1) };
}

type Ends = (offset: number) => { from: Point; to: Point };

/** There and back again between the customer and the balance. */
function customerArrows({ customer }: Way, scale: (amount: number) => number, ends: Ends): Arrow[] {
  const { parts, thickness } = bundleOf(customer, scale);
  let along = -thickness / 2;
  return parts.map((part) => {
    const { from, to } = ends(along + part.thickness / 2);
    along += part.thickness + PART_GAP;
    return part.kind === 'back' ? bent(part, to, from) : bent(part, from, to);
  });
}

/** A line that leaves and arrives level, or upright when it goes straight down. It reaches a little into its head. */
function bent({ kind, thickness }: Part, [x, y]: Point, [toX, toY]: Point): Arrow {
  const side = thickness / 2 + 5;
  if (x === toX) {
    const end = toY - Math.sign(toY - y) * HEAD;
    const head = `${round(x - side)},${round(end)} ${round(x)},${round(toY)} ${round(x + side)},${round(end)}`;
    return { kind, thickness, head, path: `M${round(x)} ${round(y)}V${round(end + Math.sign(toY - y))}` };
  }
  const end = toX - Math.sign(toX - x) * HEAD;
  const half = round((x + end) / 2);
  const head = `${round(end)},${round(toY - side)} ${round(toX)},${round(toY)} ${round(end)},${round(toY + side)}`;
  const path = `M${round(x)} ${round(y)}C${half} ${round(y)} ${half} ${round(toY)} ${round(end)} ${round(toY)}H${round(end + Math.sign(toX - x))}`;
  return { kind, thickness, head, path };
}

/** A line that goes down and turns to the right. */
function hung({ kind, thickness }: Part, [x, y]: Point, [toX, toY]: Point): Arrow {
  const side = thickness / 2 + 5;
  const end = toX - HEAD;
  const turn = Math.min(Math.max(12, thickness / 2 + 4), end - x, toY - y);
  const head = `${end},${round(toY - side)} ${toX},${round(toY)} ${end},${round(toY + side)}`;
  const path = `M${round(x)} ${round(y)}V${round(toY - turn)}Q${round(x)} ${round(toY)} ${round(x + turn)} ${round(toY)}H${end + 1}`;
  return { kind, thickness, head, path };
}

/** Never invisible, never nothing for something. */
function thicknessOf(amount: number, total: number, full: number): number {
  return amount > 0 ? Math.max(3, Math.min(full, (amount / total) * full)) : 0;
}

function heightOf({ words: { notes, back } }: Pick<Party, 'words'>): number {
  return 2 * PAD + LINE + 26 + LINE * (notes.length + (back === undefined ? 0 : 1)) - 6;
}

function around(center: number, height: number): { y: number; height: number } {
  return { y: center - height / 2, height };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
