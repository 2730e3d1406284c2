-- Dossiers that a change of a partner's list touches, by what they name.

-- Both notations of an agency's code are one; prefixes too, for an agency and all below it.
create index dossiers_agency_key on dossiers (agency_key(agency_code) text_pattern_ops);
drop index dossiers_agency;

create index revisions_field on revisions ((content #>> '{field,code}'));
