//! The block of headers a mail program puts above a bare copy (`From: … Sent: … To: … Subject: …`), in the languages
//! people use, and the lines that part it from what stands above.

use super::evidence::{has_address, is_dated};
use crate::markdown::{Kind, Row};

/// Most lines a block is looked for in.
const LINES: usize = 14;

/// What a header tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    From,
    Date,
    To,
    Subject,
}

const FROM: &[&str] = &[
    "from",
    "von",
    "de",
    "da",
    "van",
    "fra",
    "från",
    "od",
    "от",
    "від",
    "lähettäjä",
    "kimden",
    "gönderen",
    "feladó",
    "από",
    "expéditeur",
    "expediteur",
    "remitente",
    "mittente",
    "remetente",
    "afzender",
    "nadawca",
    "odesílatel",
    "de la",
    "expeditor",
    "dari",
    "từ",
    "จาก",
    "מאת",
    "من",
    "发件人",
    "寄件者",
    "寄件人",
    "發件人",
    "差出人",
    "送信者",
    "送信元",
    "보낸 사람",
    "보낸사람",
    "発信者",
];
const DATE: &[&str] = &[
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "envoyé le",
    "enviado",
    "enviado el",
    "enviada",
    "enviada em",
    "enviado em",
    "inviato",
    "data",
    "verzonden",
    "sendt",
    "dato",
    "skickat",
    "wysłano",
    "wysłane",
    "odesláno",
    "odoslané",
    "отправлено",
    "дата",
    "надіслано",
    "lähetetty",
    "päivämäärä",
    "gönderildi",
    "tarih",
    "elküldve",
    "dátum",
    "στάλθηκε",
    "ημερομηνία",
    "fecha",
    "trimis",
    "dikirim",
    "tanggal",
    "đã gửi",
    "ngày",
    "วันที่",
    "נשלח",
    "תאריך",
    "تاريخ الإرسال",
    "التاريخ",
    "发送时间",
    "发送日期",
    "日期",
    "时间",
    "寄件日期",
    "傳送時間",
    "送信日時",
    "日付",
    "日時",
    "보낸 날짜",
    "날짜",
];
const TO: &[&str] = &[
    "to",
    "an",
    "à",
    "para",
    "a",
    "aan",
    "til",
    "till",
    "do",
    "komu",
    "кому",
    "vastaanottaja",
    "kime",
    "alıcı",
    "címzett",
    "προς",
    "destinataire",
    "destinatario",
    "către",
    "kepada",
    "đến",
    "ถึง",
    "אל",
    "إلى",
    "收件人",
    "收件者",
    "宛先",
    "받는 사람",
    "받는사람",
    "cc",
    "kopie",
    "kopia",
    "копия",
    "копія",
    "抄送",
    "副本",
    "참조",
    "bcc",
    "reply-to",
    "reply to",
    "antwort an",
    "répondre à",
    "responder a",
    "回复",
];
const SUBJECT: &[&str] = &[
    "subject",
    "betreff",
    "objet",
    "asunto",
    "oggetto",
    "assunto",
    "onderwerp",
    "emne",
    "ämne",
    "temat",
    "předmět",
    "predmet",
    "тема",
    "aihe",
    "konu",
    "tárgy",
    "θέμα",
    "subiect",
    "perihal",
    "subjek",
    "chủ đề",
    "หัวเรื่อง",
    "נושא",
    "الموضوع",
    "主题",
    "主題",
    "主旨",
    "件名",
    "題名",
    "제목",
];

/// What stands between dashes above a copy.
const ORIGINAL: &[&str] = &[
    "original message",
    "original-nachricht",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message d’origine",
    "message original",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "oorspronkelijk bericht",
    "originalmeddelande",
    "opprinnelig melding",
    "oprindelig meddelelse",
    "ursprungligt meddelande",
    "wiadomość oryginalna",
    "původní zpráva",
    "pôvodná správa",
    "исходное сообщение",
    "пересылаемое сообщение",
    "alkuperäinen viesti",
    "özgün ileti",
    "orijinal mesaj",
    "eredeti üzenet",
    "αρχικό μήνυμα",
    "原始邮件",
    "原始郵件",
    "元のメッセージ",
    "원본 메시지",
    "원본 메일",
    "forwarded message",
    "weitergeleitete nachricht",
    "message transféré",
    "mensaje reenviado",
    "messaggio inoltrato",
    "転送メッセージ",
    "转发的邮件",
    "转发邮件",
];

/// Whether a block of headers begins at this row: three of its parts with a date, an address or GitHub's subject; two where
/// an address stands in it.
pub(super) fn begins(rows: &[Row<'_>], at: usize) -> bool {
    let Some((first, _)) = header(rows[at].text) else {
        return false;
    };
    if !matches!(first, Header::From | Header::Date) {
        return false;
    }
    let (mut found, mut dated, mut address, mut others) = (vec![], false, false, 0);
    for row in rows[at..]
        .iter()
        .take(LINES)
        .filter(|row| row.kind != Kind::Blank)
    {
        let Some((header, value)) = header(row.text).filter(|_| row.kind == Kind::Words) else {
            others += 1;
            if others > 1 { break } else { continue }
        };
        others = 0;
        dated |= header == Header::Date && is_dated(value);
        address |= has_address(value) || (header == Header::Subject && is_of_github(value));
        if !found.contains(&header) {
            found.push(header);
        }
    }
    found.contains(&Header::From)
        && ((found.len() >= 3 && (dated || address)) || (found.len() >= 2 && dated && address))
}

/// Whether the row says that a copy begins below it.
pub(super) fn separates(line: &str) -> bool {
    let line = line.trim();
    let inner = line
        .trim_matches(|c: char| "-_=".contains(c) || c.is_whitespace())
        .to_lowercase();
    let marked = line.starts_with("--") && line.ends_with("--");
    (marked && ORIGINAL.contains(&inner.as_str())) || inner == "begin forwarded message:"
}

/// The rule that stands right above the copy goes with it.
pub(super) fn with_the_rule_above(rows: &[Row<'_>], at: usize) -> usize {
    let above = rows[..at].iter().rposition(|row| row.kind != Kind::Blank);
    let is_rule = |row: &Row<'_>| {
        let line = row.text.trim();
        matches!(line, "—" | "–" | "--" | "―")
            || (line.len() >= 5 && line.chars().all(|c| "_-=*".contains(c)))
    };
    above.filter(|above| is_rule(&rows[*above])).unwrap_or(at)
}

/// A header's line: what it tells, and its value. Some programs set the name in bold.
fn header(line: &str) -> Option<(Header, &str)> {
    let (name, value) = line.trim().split_once([':', '：'])?;
    let mark = |c: char| c.is_whitespace() || "*_".contains(c);
    let name = name.trim_matches(mark).to_lowercase();
    let known = [
        (Header::From, FROM),
        (Header::Date, DATE),
        (Header::To, TO),
        (Header::Subject, SUBJECT),
    ];
    let (header, _) = known
        .into_iter()
        .find(|(_, names)| names.contains(&name.as_str()))?;
    Some((header, value.trim_matches(mark)))
}

/// `Re: [octo/repo] Title (Issue #1)`.
fn is_of_github(subject: &str) -> bool {
    let repository = subject
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'));
    repository.is_some_and(|(name, _)| name.contains('/') && !name.contains(' '))
}
