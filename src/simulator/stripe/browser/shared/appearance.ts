/** The look a page may ask for: the part of Stripe's Appearance API that has an effect on the simulated card form. */

export interface Appearance {
  theme?: 'stripe' | 'night' | 'flat';
  variables?: Record<string, string>;
  [key: string]: unknown;
}

/** Appearance variables that are honoured, and the custom property each of them sets in the card frame. */
export const VARIABLES: Readonly<Record<string, { property: string; check: string }>> = {
  colorPrimary: { property: '--primary', check: 'color' },
  colorBackground: { property: '--background', check: 'color' },
  colorText: { property: '--text', check: 'color' },
  colorTextSecondary: { property: '--text-secondary', check: 'color' },
  colorDanger: { property: '--danger', check: 'color' },
  fontFamily: { property: '--font', check: 'font-family' },
  fontSizeBase: { property: '--font-size', check: 'font-size' },
  borderRadius: { property: '--radius', check: 'border-radius' },
  spacingUnit: { property: '--unit', check: 'padding' },
};

const THEMES: Readonly<Record<string, Record<string, string>>> = {
  stripe: {},
  flat: { '--field': '#f1f4f7', '--border': '#f1f4f7' },
  night: {
    '--page': '#262a33',
    '--background': '#262a33',
    '--field': '#323743',
    '--border': '#8b93a5',
    '--text': '#ffffff',
    '--text-secondary': '#c7cddb',
    '--danger': '#ffb3b3',
    '--primary': '#a5c8ff',
  },
};

/** Sets an appearance on the frame's root; a value the browser does not understand is left out. */
export function applyAppearance(root: HTMLElement, appearance: Appearance): void {
  root.removeAttribute('style');
  for (const [property, value] of Object.entries(THEMES[appearance.theme ?? 'stripe'] ?? {})) {
    root.style.setProperty(property, value);
  }
  for (const [name, value] of Object.entries(appearance.variables ?? {})) {
    const variable = VARIABLES[name];
    if (variable && CSS.supports(variable.check, value)) root.style.setProperty(variable.property, value);
  }
  root.dataset['theme'] = appearance.theme ?? 'stripe';
}
