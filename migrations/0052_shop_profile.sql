-- An open shop changes what it says about itself, its name among it; its address (slug) stays.
set local lock_timeout = '10s';

alter table vendors
  -- Counted up with each change of the profile: an edit over another one is refused.
  add column profile_version bigint not null default 1,
  -- What the name comes down to, as the slug does that it would give: two shops do not share one. Null for those who took their name before
  -- there was this column; their slug says it.
  add column name_key text constraint vendors_name_key unique check (char_length(name_key) > 0);
