//! What the document of the admin address says of itself.

/// The whole.
pub const DOCUMENT: &str = "The admin address of skep. Times are milliseconds since 1970 (UTC), marked by the format epoch-ms. Looking needs no \
    token on loopback; everything else carries one as `Authorization: Bearer …`: the admin token, or one with a scope \
    (`skep token add`). A field that is here stays. A refusal is always an `ErrorAnswer`.";

/// Its parts.
pub const TAGS: [(&str, &str); 3] = [
    (
        "looking",
        "Questions. A token with the scope `read` is enough.",
    ),
    ("orders", "Orders about work. They need the scope `orders`."),
    ("tokens", "Tokens. They need the scope `admin`."),
];
