use sqlx::PgExecutor;
use sqlx::types::Json;

use super::{FooterLink, PageText, Site, SitePage, SiteSettings};

type Result<T> = std::result::Result<T, sqlx::Error>;

struct Row {
    shop_name: String,
    tagline: String,
    sender_name: String,
    sender_address: String,
    footer_note: String,
    footer_links: Json<Vec<FooterLink>>,
    version: i64,
}

impl From<Row> for (SiteSettings, i64) {
    fn from(row: Row) -> Self {
        let Row { shop_name, tagline, sender_name, sender_address, footer_note, footer_links, version } = row;
        (SiteSettings { shop_name, tagline, sender_name, sender_address, footer_note, footer_links: footer_links.0 }, version)
    }
}

pub async fn site(db: impl PgExecutor<'_>) -> Result<Site> {
    let row = sqlx::query!(
        r#"select shop_name, tagline, sender_name, sender_address, footer_note, footer_links as "footer_links: Json<Vec<FooterLink>>",
             array(select slug from site_pages where body_html <> '') as "pages!"
           from site_settings"#
    )
    .fetch_one(db)
    .await?;
    let settings = SiteSettings {
        shop_name: row.shop_name,
        tagline: row.tagline,
        sender_name: row.sender_name,
        sender_address: row.sender_address,
        footer_note: row.footer_note,
        footer_links: row.footer_links.0,
    };
    let pages = SitePage::ALL.iter().copied().filter(|page| row.pages.iter().any(|slug| slug == page.as_str())).collect();
    Ok(Site { settings, pages })
}

pub async fn shop_name(db: impl PgExecutor<'_>) -> Result<String> {
    sqlx::query_scalar!("select shop_name from site_settings").fetch_one(db).await
}

pub async fn settings(db: impl PgExecutor<'_>) -> Result<(SiteSettings, i64)> {
    let row = sqlx::query_as!(
        Row,
        r#"select shop_name, tagline, sender_name, sender_address, footer_note, footer_links as "footer_links: Json<Vec<FooterLink>>", version
           from site_settings"#
    );
    Ok(row.fetch_one(db).await?.into())
}

/// The same, locked until the transaction ends.
pub async fn lock_settings(db: impl PgExecutor<'_>) -> Result<(SiteSettings, i64)> {
    let row = sqlx::query_as!(
        Row,
        r#"select shop_name, tagline, sender_name, sender_address, footer_note, footer_links as "footer_links: Json<Vec<FooterLink>>", version
           from site_settings for update"#
    );
    Ok(row.fetch_one(db).await?.into())
}

pub async fn update_settings(db: impl PgExecutor<'_>, settings: &SiteSettings) -> Result<()> {
    sqlx::query!(
        "update site_settings set shop_name = $1, tagline = $2, sender_name = $3, sender_address = $4, footer_note = $5, footer_links = $6,
           version = version + 1, changed_at = now()",
        settings.shop_name,
        settings.tagline,
        settings.sender_name,
        settings.sender_address,
        settings.footer_note,
        Json(&settings.footer_links) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn page(db: impl PgExecutor<'_>, page: SitePage) -> Result<PageText> {
    sqlx::query_as!(PageText, "select body, version from site_pages where slug = $1", page.as_str()).fetch_one(db).await
}

/// The same, locked until the transaction ends.
pub async fn lock_page(db: impl PgExecutor<'_>, page: SitePage) -> Result<PageText> {
    sqlx::query_as!(PageText, "select body, version from site_pages where slug = $1 for update", page.as_str()).fetch_one(db).await
}

pub async fn page_html(db: impl PgExecutor<'_>, page: SitePage) -> Result<String> {
    sqlx::query_scalar!("select body_html from site_pages where slug = $1", page.as_str()).fetch_one(db).await
}

pub async fn update_page(db: impl PgExecutor<'_>, page: SitePage, body: &str, html: &str) -> Result<()> {
    sqlx::query!(
        "update site_pages set body = $2, body_html = $3, version = version + 1, changed_at = now() where slug = $1",
        page.as_str(),
        body,
        html
    )
    .execute(db)
    .await?;
    Ok(())
}
