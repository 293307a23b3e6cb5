use super::Block;

// Mail programs know no style sheets, so styles stand at the elements; the colours are the shop's light palette in sRGB.
const PAGE: &str =
    "margin:0;padding:24px 12px;background:#f7f3ec;color:#2b2620;font:16px/1.55 system-ui,-apple-system,'Segoe UI',sans-serif";
const SHEET: &str = "max-width:560px;margin:0 auto;padding:28px 28px 20px;background:#fffdf9;border:1px solid #e6ddcf;border-radius:12px";
const BRAND: &str = "margin:0 0 20px;font:600 18px Georgia,serif;letter-spacing:.02em;color:#8a4b2a";
const HEADING: &str = "margin:0 0 12px;font:600 24px/1.25 Georgia,serif";
const PARAGRAPH: &str = "margin:0 0 16px";
const TABLE: &str = "width:100%;margin:0 0 16px;border-collapse:collapse";
const LABEL: &str = "padding:8px 12px 8px 0;border-top:1px solid #e6ddcf;text-align:left;vertical-align:top";
const VALUE: &str = "padding:8px 0;border-top:1px solid #e6ddcf;text-align:right;vertical-align:top;white-space:nowrap";
const BUTTON: &str =
    "display:inline-block;padding:12px 20px;border-radius:8px;background:#8a4b2a;color:#fffdf9;text-decoration:none;font-weight:600";
const FOOT: &str = "max-width:560px;margin:16px auto 0;font-size:13px;color:#6d6355;text-align:center";

pub fn render(blocks: &[Block], subject: &str, shop: &str) -> String {
    let shop = escape(shop);
    let mut mail = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{}</title></head>\n\
         <body style=\"{PAGE}\">\n<div style=\"{SHEET}\">\n<p style=\"{BRAND}\">{shop}</p>\n",
        escape(subject)
    );
    for block in blocks {
        mail.push_str(&render_block(block));
        mail.push('\n');
    }
    mail.push_str(&format!("</div>\n<p style=\"{FOOT}\">{shop}, a marketplace of small shops</p>\n</body>\n</html>\n"));
    mail
}

fn render_block(block: &Block) -> String {
    match block {
        Block::Heading(text) => format!("<h1 style=\"{HEADING}\">{}</h1>", escape(text)),
        Block::Paragraph(text) => format!("<p style=\"{PARAGRAPH}\">{}</p>", escape(text).replace('\n', "<br>")),
        Block::Lines(lines) => {
            let rows: String = lines
                .iter()
                .map(|line| {
                    format!(
                        "<tr><th scope=\"row\" style=\"font-weight:400;{LABEL}\">{}</th><td style=\"{VALUE}\">{}</td></tr>\n",
                        escape(&line.label),
                        escape(&line.value)
                    )
                })
                .collect();
            format!("<table style=\"{TABLE}\">\n{rows}</table>")
        }
        Block::Button { label, url } if url.starts_with("https://") || url.starts_with("http://") => {
            format!("<p style=\"{PARAGRAPH}\"><a href=\"{}\" style=\"{BUTTON}\">{}</a></p>", escape(url), escape(label))
        }
        Block::Button { label, .. } => format!("<p style=\"{PARAGRAPH}\">{}</p>", escape(label)),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push('\n'),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}
