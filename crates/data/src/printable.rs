//! Names and cells as a terminal may show them: they come from files, and a terminal obeys more than it shows.

/// Whether a terminal shows the character, in its place, and obeys nothing in it: no control characters, no ends of lines and
/// paragraphs, no marks that turn the direction of writing.
///
/// ```
/// use mlpsweep_data::is_printable;
/// assert!("größe 🎈".chars().all(is_printable));
/// assert!(!['\n', '\u{1b}', '\u{9b}', '\u{202e}'].into_iter().any(is_printable));
/// ```
pub fn is_printable(c: char) -> bool {
    let is_mark =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !is_mark
}

/// The text with an escape for each character that is not [printable](is_printable).
///
/// ```
/// use mlpsweep_data::printable;
/// assert_eq!(printable("red \u{1b}[31m\n"), r"red \u{1b}[31m\n");
/// assert_eq!(printable(r#"a "b" \n"#), r#"a "b" \n"#);
/// ```
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_printable(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    shown
}
