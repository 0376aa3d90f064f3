//! What a browser shows that was pointed at the public address.

/// The address GitHub posts to.
pub const PUBLIC: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>skep</title>
<h1>skep is running here</h1>
<p>This address is for GitHub: it posts its webhooks to <code>/webhook</code>. <a href=\"/healthz\">/healthz</a> and
<a href=\"/readyz\">/readyz</a> say how skep is.</p>
<p>To give it work, add the label <code>agent:go</code> to an issue on GitHub. To see what it does, run
<code>skep status</code> on its machine.</p>
</html>
";
