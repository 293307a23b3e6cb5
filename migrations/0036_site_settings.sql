-- What admins decide about the site as a whole: its name, who its mails come from, the footer, and the pages that the law asks for.

create table site_settings (
  -- One row.
  one boolean primary key default true check (one),
  shop_name text not null default 'Souk' check (char_length(shop_name) between 1 and 40),
  tagline text not null default 'Small workshops, one checkout. Each thing here is made or chosen by somebody who signs for it.'
    check (char_length(tagline) <= 200),
  -- Empty: as the server is configured.
  sender_name text not null default '' check (char_length(sender_name) <= 60),
  sender_address text not null default '' check (char_length(sender_address) <= 254),
  footer_note text not null default 'Pictures: Fluent Emoji by Microsoft, MIT licence' check (char_length(footer_note) <= 200),
  -- [{"label": …, "href": …}] in the order in which they are shown
  footer_links jsonb not null default '[]' check (jsonb_typeof(footer_links) = 'array' and jsonb_array_length(footer_links) <= 8),
  -- Grows with each change: who saves an older one is shown the newer one first.
  version bigint not null default 1,
  changed_at timestamptz not null default now()
);
insert into site_settings default values;

create table site_pages (
  slug text primary key check (slug in ('imprint', 'privacy', 'terms', 'contact')),
  -- Markdown, and what it became when it was saved: rendered and cleaned. Empty: there is no such page yet.
  body text not null default '' check (char_length(body) <= 50000),
  body_html text not null default '',
  version bigint not null default 1,
  changed_at timestamptz not null default now()
);
insert into site_pages (slug) values ('imprint'), ('privacy'), ('terms'), ('contact');
