-- What sessions of an agent were seen to need of the memory in a repository, bytes.
CREATE TABLE memory_need (
    agent TEXT NOT NULL,
    repository BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (agent, repository)
);
