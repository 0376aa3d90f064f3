//! Replies as mail programs write them, and honest comments that look a little like it.

use super::own;
use crate::sanitise;

fn read(text: &str) -> String {
    own(&sanitise::inbound(&text.replace("\r\n", "\n"), 1 << 20))
}

/// The copy of a question of ours, as GitHub mails it.
const COPY: &str = "Which host shall I use?\n\n/agent stop\n\n—\nReply to this email directly, view it on GitHub<https://github.com/o/r/issues/1#issuecomment-2>, or unsubscribe<https://github.com/x>.\nYou are receiving this because you were mentioned.Message ID: ***@***.***>\n";

fn quoted(text: &str) -> String {
    text.lines()
        .map(|line| format!("> {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn above_a_quote_only_the_answer_is_left() {
    let attributions = [
        "On Sat, Nov 28, 2026 at 10:01 AM skep-x[bot] ***@***.***> wrote:",
        "On Sat, Nov 28, 2026 at 10:01 AM skep-x[bot] ***@***.***>\nwrote:",
        "On Sat, Nov 28, 2026 at\n10:01 AM skep-x[bot] <\n***@***.***> wrote:",
        "On Nov 28, 2026, at 10:01\u{202f}AM, skep-x[bot] ***@***.***> wrote:",
        "Am Sa., 28. Nov. 2026 um 10:01 Uhr schrieb skep-x[bot] <\n***@***.***>:",
        "Am 28.11.2026 um 10:01 schrieb skep-x[bot] ***@***.***>:",
        "skep-x[bot] ***@***.***> schrieb am Sa., 28. Nov. 2026,\n10:01:",
        "Le sam. 28 nov. 2026 à 10:01, skep-x[bot] ***@***.***> a\nécrit :",
        "El sáb, 28 nov 2026 a las 10:01, skep-x[bot] (***@***.***>)\nescribió:",
        "Em sáb., 28 de nov. de 2026 às 10:01, skep-x[bot] ***@***.***>\nescreveu:",
        "Il giorno sab 28 nov 2026 alle ore 10:01 skep-x[bot] ***@***.***>\nha scritto:",
        "Op za 28 nov 2026 om 10:01 schreef skep-x[bot] ***@***.***>:",
        "Den lör 28 nov. 2026 kl 10:01 skrev skep-x[bot] ***@***.***>:",
        "lør. 28. nov. 2026 kl. 10.01 skrev skep-x[bot] ***@***.***>:",
        "la 28. marrask. 2026 klo 10.01 skep-x[bot] ***@***.***> kirjoitti:",
        "sob., 28 lis 2026 o 10:01 skep-x[bot] ***@***.***> napisał(a):",
        "so 28. 11. 2026 v 10:01 odesílatel skep-x[bot] ***@***.***> napsal:",
        "сб, 28 нояб. 2026 г. в 10:01, skep-x[bot] ***@***.***>:",
        "28.11.2026 10:01, skep-x[bot] ***@***.***> пишет:",
        "сб, 28 лист. 2026 р. о 10:01 skep-x[bot] ***@***.***> пише:",
        "skep-x[bot] ***@***.***>, 28 Kas 2026 Cmt, 10:01 tarihinde şunu yazdı:",
        "skep-x[bot] ***@***.***> ezt írta (időpont: 2026. nov. 28., Szo, 10:01):",
        "Στις Σάβ 28 Νοε 2026 στις 10:01 π.μ., ο χρήστης skep-x[bot] ***@***.***> έγραψε:",
        "2026年11月28日(土) 10:01 skep-x[bot] ***@***.***>:",
        "skep-x[bot] ***@***.***> 于2026年11月28日周六 10:01写道：",
        "在 2026年11月28日，上午10:01，skep-x[bot] ***@***.***> 写道：",
        "skep-x[bot] ***@***.***> 於 2026年11月28日 週六 上午10:01寫道：",
        "2026년 11월 28일 (토) 오전 10:01, skep-x[bot] ***@***.***>님이 작성:",
        "\u{5d1}תאריך שבת, 28 בנוב׳ 2026 ב-10:01 מאת skep-x[bot] ***@***.***>:",
    ];
    for attribution in attributions {
        for own_words in [
            "Use db.internal please.",
            "Use db.internal please.\n\nBest,\nAna",
            "2",
        ] {
            let body = format!("{own_words}\n\n{attribution}\n\n{}\n", quoted(COPY));
            assert_eq!(read(&body), own_words, "{body}");
            let tight = format!("{own_words}\n{attribution}\n{}\n", quoted(COPY));
            assert_eq!(read(&tight), own_words, "{tight}");
            let bare = format!("{own_words}\n\n{attribution}\n\n{COPY}");
            assert_eq!(read(&bare), own_words, "{bare}");
            assert_eq!(read(&bare.replace('\n', "\r\n")), own_words, "{bare}");
        }
    }
}

/// Some programs leave the line and drop the quote.
#[test]
fn a_line_with_nothing_below_goes() {
    let body = "2\n\nOn Sat, Nov 28, 2026 at 10:01 AM skep ***@***.***> wrote:\n";
    assert_eq!(read(body), "2");
}

/// Without an address the quote stays, which is no command and no answer; the line above it is nobody's words.
#[test]
fn a_line_without_an_address_goes_and_its_quote_stays() {
    for attribution in [
        "On 28/11/2026 10:01, skep-x[bot] wrote:",
        "Am 28.11.26 um 10:01 schrieb skep-x[bot]:",
        "Le 28/11/2026 à 10:01, skep-x[bot] a écrit :",
        "El 28/11/26 a las 10:01, skep-x[bot] escribió:",
        "Il 28/11/26 10:01, skep-x[bot] ha scritto:",
        "Op 28-11-2026 om 10:01 schreef skep-x[bot]:",
        "On 2026/11/28 10:01, skep-x[bot] wrote:",
        "在 2026/11/28 10:01, skep-x[bot] 写道:",
        "28.11.2026 10:01, skep-x[bot] пишет:",
    ] {
        let body = format!("Use it.\n\n{attribution}\n> Which one?\n> /agent stop\n");
        assert_eq!(
            read(&body),
            "Use it.\n\n> Which one?\n> /agent stop",
            "{body}"
        );
    }
}

#[test]
fn a_bare_copy_goes() {
    let headers = [
        "________________________________\nFrom: skep-x[bot] ***@***.***>\nSent: Saturday, November 28, 2026 10:01 AM\nTo: octo/repo ***@***.***>\nCc: Ana ***@***.***>; Mention ***@***.***>\nSubject: Re: [octo/repo] Change it (Issue #1)",
        "From: skep-x[bot] ***@***.***>\nDate: Saturday, 28 November 2026 at 10:01\nTo: octo/repo ***@***.***>\nSubject: Re: [octo/repo] Change it (Issue #1)",
        "**From:** skep-x[bot] ***@***.***>\n**Sent:** Saturday, November 28, 2026 10:01 AM\n**To:** octo/repo\n**Subject:** Re: [octo/repo] Change it",
        "*From: *skep-x[bot] ***@***.***>\n*Date: *Saturday, 28 November 2026 at 10:01\n*Subject: *Re: [octo/repo] Change it",
        "-----Original Message-----\nFrom: skep-x[bot]\nSent: Saturday, November 28, 2026 10:01 AM\nTo: octo/repo\nSubject: Re: [octo/repo] Change it",
        "Von: skep-x[bot] ***@***.***>\nGesendet: Samstag, 28. November 2026 10:01\nAn: octo/repo\nBetreff: Re: [octo/repo] Change it",
        "-----Ursprüngliche Nachricht-----\nVon: skep-x[bot]\nGesendet: Samstag, 28. November 2026 10:01\nAn: octo/repo",
        "De : skep-x[bot] ***@***.***>\nEnvoyé : samedi 28 novembre 2026 10:01\nÀ : octo/repo\nObjet : Re: [octo/repo] Change it",
        "De: skep-x[bot] ***@***.***>\nEnviado: sábado, 28 de noviembre de 2026 10:01\nPara: octo/repo\nAsunto: Re: [octo/repo] Change it",
        "De: skep-x[bot] ***@***.***>\nEnviado: sábado, 28 de novembro de 2026 10:01\nPara: octo/repo\nAssunto: Re: [octo/repo] Change it",
        "Da: skep-x[bot] ***@***.***>\nInviato: sabato 28 novembre 2026 10:01\nA: octo/repo\nOggetto: Re: [octo/repo] Change it",
        "Van: skep-x[bot] ***@***.***>\nVerzonden: zaterdag 28 november 2026 10:01\nAan: octo/repo\nOnderwerp: Re: [octo/repo] Change it",
        "Från: skep-x[bot] ***@***.***>\nSkickat: den 28 november 2026 10:01\nTill: octo/repo\nÄmne: Re: [octo/repo] Change it",
        "Od: skep-x[bot] ***@***.***>\nWysłano: sobota, 28 listopada 2026 10:01\nDo: octo/repo\nTemat: Re: [octo/repo] Change it",
        "От: skep-x[bot] ***@***.***>\nОтправлено: суббота, 28 ноября 2026 г. 10:01\nКому: octo/repo\nТема: Re: [octo/repo] Change it",
        "发件人: skep-x[bot] ***@***.***>\n发送时间: 2026年11月28日 10:01\n收件人: octo/repo\n主题: Re: [octo/repo] Change it",
        "------------------ 原始邮件 ------------------\n发件人: \"octo/repo\" ***@***.***>;\n发送时间: 2026年11月28日(星期六) 上午10:01\n收件人: \"octo/repo\"\n主题: Re: [octo/repo] Change it",
        "寄件者: skep-x[bot] ***@***.***>\n寄件日期: 2026年11月28日 上午 10:01\n收件者: octo/repo\n主旨: Re: [octo/repo] Change it",
        "差出人: skep-x[bot] ***@***.***>\n送信日時: 2026年11月28日 10:01\n宛先: octo/repo\n件名: Re: [octo/repo] Change it",
        "보낸 사람: skep-x[bot] ***@***.***>\n보낸 날짜: 2026년 11월 28일 토요일 오전 10:01\n받는 사람: octo/repo\n제목: Re: [octo/repo] Change it",
        "Kimden: skep-x[bot] ***@***.***>\nGönderildi: 28 Kasım 2026 Cumartesi 10:01\nKime: octo/repo\nKonu: Re: [octo/repo] Change it",
        "Begin forwarded message:\n\nFrom: skep-x[bot] ***@***.***>\nSubject: Re: [octo/repo] Change it\nDate: 28 November 2026 at 10:01:12 CET",
        "-------- Original Message --------\nOn 28/11/2026 10:01, skep-x[bot] wrote:",
        "—\nReply to this email directly, view it on GitHub<https://github.com/x>, or unsubscribe<https://github.com/y>.",
        "--\nReply to this email directly or view it on GitHub:\nhttps://github.com/o/r/issues/1#issuecomment-2",
    ];
    for header in headers {
        let body = format!("thanks\n\n{header}\n\n{COPY}");
        assert_eq!(read(&body), "thanks", "{body}");
    }
}

#[test]
fn signatures_and_telephones_go() {
    for closing in [
        "-- \nAna Doe\nHead of Boxes, Example Ltd.\n+1 555 0100",
        "--\nAna",
        "Sent from my iPhone",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from Yahoo Mail on Android<https://go.onelink.me/x>",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android<https://aka.ms/x>",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Skickat från min iPhone",
        "Wysłane z iPhone'a",
        "Отправлено с iPhone",
        "iPhoneから送信",
        "发自我的iPhone",
        "Sent from my iPhone\n\n-- \nAna",
        "-- \nAna\n\nSent from my iPhone",
    ] {
        let body = format!("Use the second.\n\n{closing}\n");
        assert_eq!(read(&body), "Use the second.", "{body}");
        let whole = format!(
            "Use the second.\n\n{closing}\n\nOn Sat, Nov 28, 2026 at 10:01 AM skep ***@***.***> wrote:\n\n{}",
            quoted(COPY)
        );
        assert_eq!(read(&whole), "Use the second.", "{whole}");
    }
}

#[test]
fn words_between_and_below_quotes_stay_with_them() {
    let head = "On Sat, Nov 28, 2026 at 10:01 AM skep ***@***.***> wrote:";
    let inside = format!("{head}\n\n> Which one?\n\nThe second.\n\n> And the port?\n\n8080\n");
    assert_eq!(
        read(&inside),
        "\n> Which one?\n\nThe second.\n\n> And the port?\n\n8080"
    );
    let below = format!("{head}\n> Which one?\n\nThe second.\n\n-- \nAna");
    assert_eq!(read(&below), "> Which one?\n\nThe second.");
}

/// A mail that was only forwarded is there to be read, as a quote.
#[test]
fn what_is_only_a_copy_is_a_quote() {
    let body = "-----Original Message-----\nFrom: customer ***@***.***>\nSent: Saturday, November 28, 2026 10:01 AM\nSubject: It crashes\n\n/agent stop";
    assert!(
        read(body).lines().all(|line| line.starts_with('>')),
        "{}",
        read(body)
    );
    assert!(read(body).contains("> /agent stop"));
}

#[test]
fn honest_comments_stay_whole() {
    for body in [
        "Use the second.\n\n---\n\nAnd then the first.",
        "Use the second.\n\n________________________________\n\nAnd then the first.",
        "Title\n--\nwords",
        "one\n\n--\n/agent stop",
        "two lines\n\n-- \n",
        "> Which one?\n\nThe second.",
        "The second.\n\n> Which one?",
        "As ana wrote on Monday:\n\n> use X\n\nI agree.",
        "Map it like this:\n\nFrom: main\nTo: develop\nSubject: none\n\nand go on.",
        "Send this mail:\n\nFrom: the shop\nTo: the customer\nSubject: Welcome\n\nHello!",
        "```\nFrom: a@b.example\nSent: Saturday, November 28, 2026 10:01 AM\nSubject: x\n```\nmake that the fixture",
        "The log says at 10:01 on 2026-11-28:\n\n    panic: no host\n\nplease look",
        "On 2026-11-28 10:01 the server wrote:\npanic: no host\n\nplease look",
        "The footer \"Reply to this email directly, view it on GitHub\" is cut. Why?",
        "Reply to this email directly is what the button should say.",
        "Messages are\n\nSent from my service to the queue",
        "Sent from my iPhone",
        "-- ",
        "--\nAna",
        "From: and To: are missing in the header of the page.",
        "Date: today\nFrom: me\nTo: you",
        "Please add:\n- To: the list\n- From: me\n- Subject: hello",
        "Original message goes first, then ours.",
        "On the second thought, use ana@example.com as the address:\nana@example.com",
        "In der Konfiguration schrieb ich:\n> host = \"db\"\nDas ist falsch.",
    ] {
        assert_eq!(read(body).trim_end(), body.trim_end(), "{body}");
    }
}

#[test]
fn a_copy_in_a_quote_is_a_quote() {
    let body =
        "Yes.\n\n> On Nov 28, 2026, at 10:01 AM, skep ***@***.***> wrote:\n> \n> Which one?\n";
    assert!(read(body).starts_with("Yes."), "{}", read(body));
    assert!(!read(body).lines().any(|line| line.starts_with("On ")));
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_it(text in "(On |wrote:|From: |Sent: |2026|10:01|\\*\\*\\*@\\*\\*\\*\\.\\*\\*\\*|> |\n|-- |--|Sent from my iPhone|```|/agent stop|写道：|é| ){0,40}") {
        let once = own(&text);
        proptest::prop_assert!(once.len() <= text.len() * 3 + 2);
    }
}
