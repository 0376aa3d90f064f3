//! What mail programs and services put below a person's words: signatures, the name of a telephone, GitHub's footer.

use crate::markdown::{Kind, Row};

/// Longest signature behind the mark `-- ` that mail programs know, and behind a bare `--`, in lines.
const SIGNATURE: usize = 40;
const BARE_SIGNATURE: usize = 8;

/// How the line of a telephone or a mail program begins, or ends.
const SENT: &[&str] = &[
    "sent from",
    "sent via",
    "sent with",
    "sent using",
    "get outlook for",
    "get bluemail for",
    "von meinem",
    "gesendet von",
    "gesendet mit",
    "gesendet über",
    "diese nachricht wurde von",
    "outlook für",
    "envoyé de",
    "envoyé depuis",
    "envoyé à partir",
    "envoyé avec",
    "télécharger outlook",
    "obtenir outlook",
    "enviado desde",
    "enviado do",
    "enviado de",
    "enviado con",
    "enviado via",
    "obtener outlook",
    "obter o outlook",
    "inviato da",
    "inviato dal",
    "inviato con",
    "scarica outlook",
    "ottieni outlook",
    "verstuurd vanaf",
    "verzonden vanaf",
    "verzonden met",
    "outlook voor",
    "skickat från",
    "hämta outlook",
    "sendt fra",
    "hent outlook",
    "lähetetty",
    "wysłane z",
    "wysłano z",
    "odesláno z",
    "odoslané z",
    "отправлено с",
    "отправлено из",
    "надіслано з",
    "trimis de pe",
    "στάλθηκε από",
    "enviat des",
    "dikirim dari",
    "được gửi từ",
    "发自",
    "發自",
    "從我的",
    "发送自",
    "נשלח מה",
    "أرسلت من",
    "iphoneから",
    "ipadから",
    "androidから",
    "나의 iphone",
    "내 iphone",
    "iphone'umdan",
    "ipad'imden",
];

/// One of these stands in it as well.
const DEVICES: &[&str] = &[
    "iphone",
    "ipad",
    "ipod",
    "android",
    "samsung",
    "galaxy",
    "pixel",
    "huawei",
    "xiaomi",
    "oneplus",
    "blackberry",
    "windows",
    "outlook",
    "yahoo",
    "gmail",
    "proton",
    "fairphone",
    "smartphone",
    "handy",
    "móvil",
    "mobil",
    "mobile",
    "telefon",
    "téléphone",
    "téléfono",
    "teléfono",
    "tablet",
    "k-9",
    "thunderbird",
    "spark",
    "superhuman",
    "bluemail",
    "airmail",
    "gmx",
    "web.de",
    "ios",
    "mac",
    "手机",
    "手機",
    "スマートフォン",
];

/// The rows without what closes them. Where nothing else would be left, they stay as they are.
pub(super) fn without<'r, 't>(rows: &'r [Row<'t>]) -> &'r [Row<'t>] {
    let mut kept = trimmed(rows);
    // A telephone's line may stand above a signature, and the other way round.
    for _ in 0..3 {
        let shorter = trimmed(without_telephone(without_signature(kept)));
        if shorter.len() == kept.len() || shorter.is_empty() {
            break;
        }
        kept = shorter;
    }
    kept
}

fn trimmed<'r, 't>(rows: &'r [Row<'t>]) -> &'r [Row<'t>] {
    let end = rows
        .iter()
        .rposition(|row| row.kind != Kind::Blank)
        .map_or(0, |last| last + 1);
    &rows[..end]
}

/// A signature stands behind `-- `. A bare `--` is one only below an empty line, where Markdown makes no heading of it. What
/// holds a command or code is no signature.
fn without_signature<'r, 't>(rows: &'r [Row<'t>]) -> &'r [Row<'t>] {
    let Some(mark) = rows
        .iter()
        .rposition(|row| row.kind == Kind::Words && row.text.trim_end() == "--")
    else {
        return rows;
    };
    let most = match rows[mark].text {
        "-- " => SIGNATURE,
        _ if mark > 0 && rows[mark - 1].kind == Kind::Blank => BARE_SIGNATURE,
        _ => return rows,
    };
    let below = &rows[mark + 1..];
    let ordinary = below
        .iter()
        .any(|row| row.kind.is_code() || row.text.trim_start().starts_with('/'));
    if below.len() > most || ordinary || below.iter().all(|row| row.kind == Kind::Blank) {
        rows
    } else {
        &rows[..mark]
    }
}

/// The last paragraph, when it is one line and names a telephone.
fn without_telephone<'r, 't>(rows: &'r [Row<'t>]) -> &'r [Row<'t>] {
    let Some((last, above)) = rows.split_last() else {
        return rows;
    };
    let apart = above.last().is_none_or(|row| row.kind == Kind::Blank);
    if apart && last.kind == Kind::Words && is_of_telephone(last.text) {
        above
    } else {
        rows
    }
}

fn is_of_telephone(line: &str) -> bool {
    let line = line
        .trim()
        .trim_matches(|c: char| "*_".contains(c))
        .to_lowercase();
    // An address behind it says nothing.
    let words = line.split(['<', '(']).next().unwrap_or_default();
    let short = words.chars().count() <= 90 && words.split_whitespace().count() <= 10;
    short
        && SENT.iter().any(|start| line.starts_with(start))
        && DEVICES.iter().any(|device| line.contains(device))
}

/// Whether GitHub's footer of a notification begins at this row, with a rule above it or not.
pub(super) fn is_footer(rows: &[Row<'_>], at: usize) -> bool {
    let two: Vec<&str> = rows[at..]
        .iter()
        .take(3)
        .map(|row| row.text.trim())
        .collect();
    let text = two.join(" ");
    text.starts_with("Reply to this email directly") && text.contains("view it on GitHub")
}
