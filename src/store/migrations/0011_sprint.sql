-- Which issues a sprint has to hear of: its own, those below it, and what its phases wait for. By it those sprints are found that
-- an issue belongs to which stands otherwise now.
CREATE TABLE sprint_part (
    -- The issue of the sprint.
    repository BIGINT NOT NULL,
    issue BIGINT NOT NULL,
    part_repository BIGINT NOT NULL,
    part_issue BIGINT NOT NULL,
    PRIMARY KEY (repository, issue, part_repository, part_issue)
);
