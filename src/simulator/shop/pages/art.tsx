/** Pictures of the products, drawn with a few shapes each, and the shop's mark. */
import type { JSX } from 'preact';

const ink = '#1b2a49';

function Mug() {
  return (
    <>
      <rect width="160" height="120" fill="#d5e4ec" />
      <path
        d="M66 30c-6-7 5-10 0-18M82 30c-6-7 5-10 0-18"
        stroke="#fff"
        stroke-width="4"
        fill="none"
        stroke-linecap="round"
      />
      <path d="M100 54h10a15 15 0 0 1 0 30h-12" fill="none" stroke={ink} stroke-width="7" />
      <path d="M46 42h56l-4 54a6 6 0 0 1-6 5H56a6 6 0 0 1-6-5z" fill="#fbfaf6" />
      <path d="M46 42h56l-.6 8H46.6z" fill={ink} />
      <g fill={ink} opacity=".55">
        <circle cx="60" cy="66" r="1.6" />
        <circle cx="74" cy="59" r="1.2" />
        <circle cx="88" cy="70" r="1.8" />
        <circle cx="66" cy="84" r="1.3" />
        <circle cx="82" cy="90" r="1.5" />
        <circle cx="76" cy="75" r="1" />
      </g>
      <ellipse cx="76" cy="105" rx="34" ry="3" fill={ink} opacity=".14" />
    </>
  );
}

function Lantern() {
  return (
    <>
      <rect width="160" height="120" fill="#22325a" />
      <circle cx="80" cy="66" r="46" fill="#f6c667" opacity=".14" />
      <circle cx="80" cy="66" r="31" fill="#f6c667" opacity=".22" />
      <path d="M58 34a22 22 0 0 1 44 0" fill="none" stroke="#c9d3e6" stroke-width="3" />
      <rect x="66" y="26" width="28" height="9" rx="3" fill="#d9583f" />
      <rect x="60" y="35" width="40" height="7" rx="3" fill="#b8432d" />
      <path d="M64 42h32l6 42H58z" fill="#ffe9b8" opacity=".9" />
      <path d="M80 54c9 11 7 23 0 25-7-2-9-14 0-25z" fill="#ef8a3c" />
      <path d="M80 65c4 6 3 11 0 12-3-1-4-6 0-12z" fill="#fff3cf" />
      <path d="M72 42l-4 42M88 42l4 42" stroke="#b8432d" stroke-width="2.5" />
      <rect x="54" y="84" width="52" height="14" rx="4" fill="#d9583f" />
      <rect x="50" y="97" width="60" height="6" rx="3" fill="#b8432d" />
    </>
  );
}

function Blanket() {
  return (
    <>
      <rect width="160" height="120" fill="#e9dfd0" />
      <ellipse cx="80" cy="102" rx="54" ry="4" fill={ink} opacity=".12" />
      <rect x="30" y="74" width="100" height="26" rx="10" fill="#2f6f73" />
      <path d="M46 74v26M58 74v26" stroke="#f4efe3" stroke-width="5" />
      <rect x="34" y="50" width="94" height="26" rx="10" fill="#d9583f" />
      <path d="M96 50v26M108 50v26" stroke="#f7d9a6" stroke-width="5" />
      <rect x="32" y="26" width="96" height="26" rx="10" fill="#f4efe3" />
      <path d="M62 26v26M72 26v26M82 26v26" stroke={ink} stroke-width="4" />
      <path
        d="M128 34c6 2 8 6 8 12M128 40c4 2 5 5 5 10"
        stroke="#c9bda6"
        stroke-width="2.5"
        fill="none"
        stroke-linecap="round"
      />
    </>
  );
}

function Raincoat() {
  return (
    <>
      <rect width="160" height="120" fill="#bfd8d6" />
      <g stroke="#fff" stroke-width="2.5" stroke-linecap="round" opacity=".8">
        <path d="M24 20l-4 12M40 58l-4 12M132 22l-4 12M142 66l-4 12M22 88l-4 12M124 96l-4 12" />
      </g>
      <path d="M64 30l-26 14-8 42 15 4 9-30z" fill="#e3aa1d" />
      <path d="M96 30l26 14 8 42-15 4-9-30z" fill="#e3aa1d" />
      <path d="M62 28h36l12 78H50z" fill="#f6c431" />
      <path d="M62 32c0-24 36-24 36 0-6 12-30 12-36 0z" fill="#e3aa1d" />
      <path d="M68 32c0-15 24-15 24 0-4 7-20 7-24 0z" fill={ink} />
      <path d="M80 42v64" stroke="#c78f10" stroke-width="2.5" />
      <g fill={ink}>
        <circle cx="85" cy="54" r="2.4" />
        <circle cx="85" cy="70" r="2.4" />
        <circle cx="85" cy="86" r="2.4" />
      </g>
      <path d="M58 80h13v11H57zM89 80h13l1 11H89z" fill="#e3aa1d" />
    </>
  );
}

function Print() {
  return (
    <>
      <rect width="160" height="120" fill="#f3d3c3" />
      <rect x="42" y="10" width="76" height="100" rx="2" fill={ink} />
      <rect x="46" y="14" width="68" height="92" fill="#fdf8ee" />
      <rect x="52" y="20" width="56" height="80" fill="#9cc7d6" />
      <path d="M80 34l28-10v20zM80 34L52 26v16z" fill="#fdf1c4" opacity=".8" />
      <path d="M52 84c10-8 18 4 28-3s18-5 28 2v17H52z" fill="#2f6f73" />
      <path d="M74 42h12l5 46H69z" fill="#fdf8ee" />
      <path d="M73 52h14l1.200 11H71.800zM71 73h18l1.200 11H69.800z" fill="#d9583f" />
      <rect x="73" y="31" width="14" height="10" fill="#f6c431" />
      <path d="M71 31l9-9 9 9z" fill="#d9583f" />
      <rect x="70" y="40" width="20" height="3" fill={ink} />
    </>
  );
}

function Boat() {
  return (
    <>
      <rect width="160" height="120" fill="#a9d3e3" />
      <circle cx="124" cy="28" r="12" fill="#fdf1c4" />
      <path d="M80 26l26 46H54z" fill="#fff" />
      <path d="M80 26v46H54z" fill="#e4edf1" />
      <path d="M32 62l22 10h52l22-10-18 32H50z" fill="#fff" />
      <path d="M32 62l22 10 26 22H50z" fill="#e4edf1" />
      <path d="M54 72h52L80 94z" fill="#d4e0e6" />
      <path d="M0 92c14-9 26 6 40 0s26 6 40 0 26 6 40 0 26 6 40 0v28H0z" fill="#2f6f93" />
      <path d="M0 104c14-8 26 5 40 0s26 5 40 0 26 5 40 0 26 5 40 0v16H0z" fill="#1f4e73" />
    </>
  );
}

const DRAWINGS: Readonly<Record<string, () => JSX.Element>> = {
  mug: Mug,
  lantern: Lantern,
  blanket: Blanket,
  raincoat: Raincoat,
  print: Print,
  boat: Boat,
};

/** The picture of a product; decoration, because the name stands beside it. */
export function Art({ sku }: { sku: string }) {
  const Drawing = DRAWINGS[sku];
  return (
    <svg class="art" viewBox="0 0 160 120" aria-hidden="true" preserveAspectRatio="xMidYMid slice">
      {Drawing ? <Drawing /> : <rect width="160" height="120" fill="#d5e4ec" />}
    </svg>
  );
}

/** A gull over a wave. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 40 40" aria-hidden="true">
      <rect width="40" height="40" rx="11" fill="#d9583f" />
      <path
        d="M7 18c5-6 10-5 13 0 3-5 8-6 13 0"
        fill="none"
        stroke="#fff"
        stroke-width="3.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
      <path
        d="M8 29c4-3 8 2 12 0s8 2 12 0"
        fill="none"
        stroke="#fff"
        stroke-width="2.600"
        stroke-linecap="round"
        opacity=".75"
      />
    </svg>
  );
}
