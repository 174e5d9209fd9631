sCREATE TYPE m AS ENUM ('a');
CREATE TABLE s.t (id int PRIMARY KEY, m m, p numeric(9,2) CHECK (p > 0 AND p <= 9), k varchar(3)[] DEFAULT '{}', FOREIGN KEY (id, p) REFERENCES s.t (id, p));
COMMENT ON COLUMN s.t.p IS 'It''s';
ALTER TABLE s.t ADD UNIQUE (k);
COPY t FROM stdin;
1
\.
