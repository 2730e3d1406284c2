-- Files that clients upload and dossiers refer to. The content itself stands in the file storage under its SHA-256.

-- A content, whoever uploaded it. The row is written before the content is kept and removed after it is deleted, so that no
-- content is ever without one; whoever keeps or deletes a content holds the row's lock.
create table file_blobs (
  sha256    bytea primary key check (length(sha256) = 32),
  size      bigint not null check (size > 0),
  -- Newest upload of it. A content without a file is deleted only some time after that.
  stored_at timestamptz not null default now()
);

-- What a client uploaded; the same again is the same file.
create table files (
  id          uuid primary key default gen_random_uuid(),
  client_id   text not null,
  sha256      bytea not null references file_blobs (sha256),
  -- Name of one of the types that the gateway knows: pdf, docx …
  type        text not null,
  name        text not null,
  uploaded_at timestamptz not null default now(),
  -- Last entry in the audit log about a part of it being fetched.
  viewed_at   timestamptz,
  unique (client_id, sha256, type, name)
);
create index files_sha256 on files (sha256);
create index files_uploaded_at on files (uploaded_at);

-- Which dossiers refer to a file, and since which revision. A file with a row here stays.
create table file_references (
  file_id    uuid not null references files (id),
  dossier_id bigint not null references dossiers (id),
  revision   integer not null,
  primary key (file_id, dossier_id)
);
create index file_references_dossier on file_references (dossier_id);

-- Who may push dossiers may upload their papers.
update client_keys set scopes = array_append(scopes, 'files:write')
where 'dossiers:write' = any (scopes) and not 'files:write' = any (scopes);
