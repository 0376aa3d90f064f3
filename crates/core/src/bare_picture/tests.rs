//! Pictures put together of parts: what stays and what goes, and what is no picture.

use super::*;

const SECRET: &[u8] = b"Exif\0\0GPS 48.1 N, by Ben";

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short").to_be_bytes();
    [&length[..], name, content, b"crc."].concat()
}

fn png(between: &[Vec<u8>]) -> Vec<u8> {
    let mut all = b"\x89PNG\r\n\x1a\n".to_vec();
    all.extend(chunk(b"IHDR", &[0; 13]));
    all.extend(between.concat());
    all.extend(chunk(b"IDAT", b"pixels"));
    all.extend(chunk(b"IEND", b""));
    all
}

fn segment(name: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2)
        .expect("short")
        .to_be_bytes();
    [&[0xff, name], &length[..], content].concat()
}

fn jpeg(between: &[Vec<u8>]) -> Vec<u8> {
    let scan = [segment(0xda, b"head"), b"a\xff\x00b\xff\xd0c".to_vec()].concat();
    [
        &[0xff, 0xd8],
        &between.concat()[..],
        &scan,
        &scan,
        &[0xff, 0xd9],
    ]
    .concat()
}

fn extension(label: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let mut all = vec![0x21, label];
    for piece in pieces {
        all.push(u8::try_from(piece.len()).expect("short"));
        all.extend_from_slice(piece);
    }
    all.push(0);
    all
}

fn gif(between: &[Vec<u8>]) -> Vec<u8> {
    let mut all = b"GIF89a\x01\0\x01\0\x80\0\0rgbrgb".to_vec();
    all.extend(between.concat());
    all.extend(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02LZ\0\x3b");
    all
}

fn riff(name: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short").to_le_bytes();
    let fill = [0][..content.len() % 2].to_vec();
    [name, &length, content, &fill].concat()
}

fn webp(flags: u8, between: &[Vec<u8>]) -> Vec<u8> {
    let head = riff(b"VP8X", &[flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let within = [
        b"WEBP",
        &head[..],
        &between.concat(),
        &riff(b"VP8 ", b"odd"),
    ]
    .concat();
    riff(b"RIFF", &within)
}

fn strip(media: Media, from: &[u8], to: &[u8]) {
    let bare = bare(media, from).expect("a picture");
    assert_eq!(bare, to, "{media:?}");
    assert_eq!(
        super::bare(media, &bare),
        Some(bare),
        "{media:?}: nothing is left to go"
    );
}

#[test]
fn what_is_not_shown_goes_and_what_is_stays() {
    let (kept, gone) = (
        [chunk(b"gAMA", b"1234"), chunk(b"acTL", b"12345678")],
        [
            chunk(b"tEXt", SECRET),
            chunk(b"eXIf", SECRET),
            chunk(b"skEp", b""),
        ],
    );
    strip(Media::Png, &png(&[&kept[..], &gone].concat()), &png(&kept));

    let (kept, gone) = (
        [
            segment(0xe0, b"JFIF\0 1"),
            segment(0xe2, b"ICC_PROFILE\0 x"),
            segment(0xee, b"Adobe x"),
            segment(0xdb, b"table"),
        ],
        [
            segment(0xe1, SECRET),
            segment(0xe2, b"MPF\0 more pictures"),
            segment(0xe0, b"JFXX\0 a thumbnail"),
            segment(0xed, b"Photoshop 3.0"),
            segment(0xef, SECRET),
            segment(0xfe, SECRET),
        ],
    );
    strip(
        Media::Jpeg,
        &jpeg(&[&kept[..], &gone].concat()),
        &jpeg(&kept),
    );

    let (kept, gone) = (
        [
            extension(0xff, &[b"NETSCAPE2.0", b"\x01\0\0"]),
            extension(0xf9, &[b"\x04\0\0\0"]),
        ],
        [
            extension(0xfe, &[SECRET, SECRET]),
            extension(0xff, &[b"XMP DataXMP", SECRET]),
            extension(0xff, &[b"NETSCAPE2.0", SECRET]),
            extension(0x01, &[SECRET]),
        ],
    );
    strip(Media::Gif, &gif(&[&kept[..], &gone].concat()), &gif(&kept));

    let frame = |more: &[u8]| {
        let inner = [&[0; 16], &riff(b"VP8L", b"pixels")[..], more].concat();
        riff(b"ANMF", &inner)
    };
    let kept = [riff(b"ICCP", b"colour"), frame(b"")];
    let gone = [riff(b"ICCP", b"colour"), frame(&riff(b"note", SECRET))];
    let more = [
        riff(b"EXIF", SECRET),
        riff(b"XMP ", b"odd"),
        riff(b"abcd", b""),
    ];
    strip(
        Media::Webp,
        &webp(0x2c, &[&gone[..], &more].concat()),
        &webp(0x20, &kept),
    );
}

#[test]
fn what_follows_the_end_goes() {
    for (media, picture) in [
        (Media::Png, png(&[])),
        (Media::Jpeg, jpeg(&[])),
        (Media::Gif, gif(&[])),
        (Media::Webp, webp(0, &[])),
    ] {
        let more = [&picture[..], SECRET].concat();
        assert_eq!(bare(media, &more), Some(picture), "{media:?}");
    }
}

#[test]
fn what_cannot_be_walked_is_no_picture() {
    for (media, picture) in [
        (Media::Png, png(&[chunk(b"gAMA", b"1234")])),
        (Media::Jpeg, jpeg(&[segment(0xdb, b"table")])),
        (Media::Gif, gif(&[extension(0xf9, &[b"\x04\0\0\0"])])),
        (Media::Webp, webp(0, &[riff(b"ICCP", b"x")])),
    ] {
        for length in 0..picture.len() {
            assert_eq!(bare(media, &picture[..length]), None, "{media:?}, {length}");
        }
    }
    assert_eq!(bare(Media::Png, &png(&[chunk(b"ABCD", b"x")])), None);
    assert_eq!(bare(Media::Jpeg, b"\xff\xd8\xff\xd9"), None);
    assert_eq!(bare(Media::Gif, b"GIF89a\x01\0\x01\0\0\0\0\x3b"), None);
    assert_eq!(bare(Media::Text, b"words"), None);
}
