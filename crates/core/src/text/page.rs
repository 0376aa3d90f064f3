//! What a browser shows that was pointed at one of the two addresses.

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

/// The address the command line asks.
pub const ADMIN: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>skep</title>
<h1>skep is running here</h1>
<p>This address is for its operators, who use the command line: <code>skep status</code>, <code>skep sessions</code>,
<code>skep session ID --log</code>. The same as JSON: <a href=\"/api/v1/status\">/api/v1/status</a>,
<a href=\"/api/v1/sessions\">/api/v1/sessions</a>.</p>
</html>
";
