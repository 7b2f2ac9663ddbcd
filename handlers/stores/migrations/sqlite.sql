CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE project (
    id TEXT NOT NULL,
    CONSTRAINT pk_project PRIMARY KEY (id)
);

CREATE TABLE api_key (
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT, scopes TEXT DEFAULT 'read write' NOT NULL, expires_at BIGINT, last_used_at BIGINT, requests_per_minute BIGINT, tokens_per_minute BIGINT,
    CONSTRAINT pk_api_key PRIMARY KEY (seq),
    CONSTRAINT uq_api_key_id UNIQUE (id),
    CONSTRAINT uq_api_key_digest UNIQUE (digest),
    CONSTRAINT uq_api_key_project_seq UNIQUE (project, seq),
    CONSTRAINT fk_api_key_project FOREIGN KEY(project) REFERENCES project (id)
);

CREATE TABLE conversation (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    next_position BIGINT NOT NULL,
    metadata BLOB NOT NULL, turn TEXT, holder TEXT,
    CONSTRAINT uq_conversation_project_seq UNIQUE (project, seq),
    CONSTRAINT uq_conversation_project_id UNIQUE (project, id)
);

CREATE TABLE conversation_term (
    project TEXT NOT NULL,
    owner BIGINT NOT NULL,
    term BLOB NOT NULL,
    CONSTRAINT pk_conversation_term PRIMARY KEY (project, owner, term),
    CONSTRAINT uq_conversation_term_project_term_owner UNIQUE (project, term, owner),
    CONSTRAINT fk_conversation_term_conversation FOREIGN KEY(project, owner) REFERENCES conversation (project, seq) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE TABLE item (
    project TEXT NOT NULL,
    conversation BIGINT NOT NULL,
    position BIGINT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    body BLOB,
    CONSTRAINT pk_item PRIMARY KEY (project, conversation, position),
    CONSTRAINT uq_item_project_id_conversation UNIQUE (project, id, conversation),
    CONSTRAINT fk_item_conversation FOREIGN KEY(project, conversation) REFERENCES conversation (project, seq) ON DELETE CASCADE
);

CREATE TABLE completion (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    created BIGINT NOT NULL,
    model TEXT NOT NULL,
    metadata BLOB NOT NULL,
    body BLOB NOT NULL,
    CONSTRAINT uq_completion_project_seq UNIQUE (project, seq),
    CONSTRAINT uq_completion_project_id UNIQUE (project, id)
);

CREATE TABLE completion_term (
    project TEXT NOT NULL,
    owner BIGINT NOT NULL,
    term BLOB NOT NULL,
    CONSTRAINT pk_completion_term PRIMARY KEY (project, owner, term),
    CONSTRAINT uq_completion_term_project_term_owner UNIQUE (project, term, owner),
    CONSTRAINT fk_completion_term_completion FOREIGN KEY(project, owner) REFERENCES completion (project, seq) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE TABLE completion_message (
    project TEXT NOT NULL,
    completion BIGINT NOT NULL,
    position BIGINT NOT NULL,
    body BLOB NOT NULL,
    CONSTRAINT pk_completion_message PRIMARY KEY (project, completion, position),
    CONSTRAINT fk_completion_message_completion FOREIGN KEY(project, completion) REFERENCES completion (project, seq) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE TABLE retired (
    project TEXT NOT NULL,
    digest BLOB NOT NULL,
    seq BIGINT NOT NULL,
    CONSTRAINT pk_retired PRIMARY KEY (project, digest)
)
 WITHOUT ROWID;

CREATE TABLE health (
    id INTEGER NOT NULL,
    beats BIGINT NOT NULL,
    CONSTRAINT pk_health PRIMARY KEY (id)
);

CREATE TABLE holder (
    id TEXT NOT NULL,
    until BIGINT NOT NULL,
    CONSTRAINT pk_holder PRIMARY KEY (id)
);

CREATE TABLE response (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    background BIGINT NOT NULL,
    streamed BIGINT NOT NULL,
    next_event BIGINT NOT NULL,
    previous BIGINT,
    conversation BIGINT,
    position BIGINT,
    holder TEXT,
    request BLOB,
    body BLOB NOT NULL,
    CONSTRAINT uq_response_project_seq UNIQUE (project, seq),
    CONSTRAINT uq_response_project_id UNIQUE (project, id)
);

CREATE INDEX ix_response_holder ON response (holder) WHERE holder IS NOT NULL;

CREATE INDEX ix_response_project_previous ON response (project, previous) WHERE previous IS NOT NULL;

CREATE TABLE response_item (
    project TEXT NOT NULL,
    response BIGINT NOT NULL,
    position BIGINT NOT NULL,
    made BIGINT NOT NULL,
    id TEXT NOT NULL,
    body BLOB NOT NULL,
    CONSTRAINT pk_response_item PRIMARY KEY (project, response, position),
    CONSTRAINT fk_response_item_response FOREIGN KEY(project, response) REFERENCES response (project, seq) ON DELETE CASCADE
);

CREATE INDEX ix_response_item_project_id ON response_item (project, id);

CREATE TABLE response_event (
    project TEXT NOT NULL,
    response BIGINT NOT NULL,
    first BIGINT NOT NULL,
    body BLOB NOT NULL,
    CONSTRAINT pk_response_event PRIMARY KEY (project, response, first),
    CONSTRAINT fk_response_event_response FOREIGN KEY(project, response) REFERENCES response (project, seq) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE TABLE kept_answer (
    project TEXT NOT NULL,
    digest BLOB NOT NULL,
    request BLOB NOT NULL,
    token TEXT NOT NULL,
    holder TEXT NOT NULL,
    wrote BIGINT NOT NULL,
    status BIGINT,
    streamed BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    body BLOB,
    CONSTRAINT pk_kept_answer PRIMARY KEY (project, digest)
);

CREATE INDEX ix_kept_answer_expires ON kept_answer (expires);

CREATE TABLE allowance (
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    full_at BIGINT NOT NULL,
    CONSTRAINT pk_allowance PRIMARY KEY (project, name)
)
 WITHOUT ROWID;

INSERT INTO alembic_version (version_num) VALUES ('v0006_allowances');
