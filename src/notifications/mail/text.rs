use super::{Block, Line};

/// Where a table's right column begins at most; longer labels push it out.
const LABEL_WIDTH: usize = 56;

pub fn render(blocks: &[Block], shop: &str) -> String {
    let mut mail = String::new();
    for block in blocks {
        match block {
            Block::Heading(text) => {
                let text = one_line(text);
                mail.push_str(&text);
                mail.push('\n');
                mail.push_str(&"=".repeat(text.chars().count().min(LABEL_WIDTH)));
                mail.push_str("\n\n");
            }
            Block::Paragraph(text) => {
                mail.push_str(&clean(text));
                mail.push_str("\n\n");
            }
            Block::Lines(lines) => {
                table(&mut mail, lines);
                mail.push('\n');
            }
            Block::Button { label, url } => {
                mail.push_str(&format!("{}: {}\n\n", one_line(label), one_line(url)));
            }
        }
    }
    mail.push_str(&format!("-- \n{}, a marketplace of small shops\n", one_line(shop)));
    mail
}

fn table(mail: &mut String, lines: &[Line]) {
    let lines: Vec<(String, String)> = lines.iter().map(|line| (one_line(&line.label), one_line(&line.value))).collect();
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0).min(LABEL_WIDTH);
    for (label, value) in lines {
        mail.push_str(&format!("{label:width$}  {value}\n"));
    }
}

/// Without control characters, line ends aside: they could drive the terminal in which somebody reads a mail.
fn clean(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

fn one_line(text: &str) -> String {
    text.chars().filter_map(|c| if c == '\n' { Some(' ') } else { (!c.is_control()).then_some(c) }).collect()
}
