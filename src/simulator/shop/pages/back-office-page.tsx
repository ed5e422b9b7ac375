/** The Back Office's page with the app catalogue: one script tag, and nothing else of the app. */
import { Layout, type Frame } from './layout.js';

interface BackOfficeProps extends Frame {
  /** What a shop calls `APP_CATALOG_SCRIPT_URL`. */
  scriptUrl: string;
}

/** The script puts the catalogue where it stands itself, in the page's own language. */
export function BackOfficePage({ scriptUrl, ...frame }: BackOfficeProps) {
  const { texts, shop } = frame;
  return (
    <Layout {...frame} title={texts.backOfficeTitle}>
      <h1>{texts.backOfficeTitle}</h1>
      <p class="lead">{texts.backOfficeLead}</p>
      <script src={scriptUrl} data-tenant={shop.tenantId} defer />
    </Layout>
  );
}
