-- A delivery that concerns nobody needs neither its body nor an event: its row says why.
DELETE FROM inbox_body WHERE seq IN (SELECT seq FROM inbox WHERE handled_at IS NOT NULL AND substr(result, 1, 8) = 'ignored:');
DELETE FROM event WHERE name = 'delivery.ignored';
