/** Which origins some tenant allows: a browser's preflight names an origin, but no tenant. */
export const statements = /* sql */ `
create table storefront_origins (
  app_id text not null,
  tenant_id text not null,
  origin text not null,
  primary key (app_id, origin, tenant_id)
);
create index storefront_origins_tenant on storefront_origins (app_id, tenant_id);
`;
