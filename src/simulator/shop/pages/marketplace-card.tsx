/** The switch between a shop of one seller and a marketplace, on the page of the connection. */
import { isMarketplace } from '../connection.js';
import type { Frame } from './layout.js';

/** Turning it is one more configuration, which the app may refuse. */
export function MarketplaceCard({ frame: { texts, shop } }: { frame: Frame }) {
  const isOn = isMarketplace(shop.book);
  return (
    <section class="card pad" aria-labelledby="market-title">
      <h2 id="market-title">{texts.marketTitle}</h2>
      <p class="quiet">{texts.marketLead}</p>
      <p class="market-state">
        <strong data-testid="marketplace-state">{isOn ? texts.marketIsOn : texts.marketIsOff}</strong>
      </p>
      <form method="post" action="/connection/marketplace">
        <button class="button" name="marketplace" value={isOn ? 'off' : 'on'} data-testid="marketplace">
          {isOn ? texts.marketOff : texts.marketOn}
        </button>
        <p class="quiet market-note">{texts.marketNote}</p>
      </form>
    </section>
  );
}
