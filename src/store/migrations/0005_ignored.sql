-- A delivery that concerns nobody needs neither its body nor an event: its row says why. So do the labels that mean nothing.
DELETE FROM inbox_body WHERE seq IN (SELECT seq FROM inbox WHERE handled_at IS NOT NULL AND kind = 'webhook'
    AND (substr(result, 1, 8) = 'ignored:' OR substr(result, 1, 11) = 'the label "'));
DELETE FROM event WHERE name = 'delivery.ignored';
