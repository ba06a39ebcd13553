-- Each cluster's CA for client certificates, encrypted with the installation's key. Either key is made when it is first needed.
ALTER TABLE cluster_keys ALTER COLUMN service_account DROP NOT NULL, ADD COLUMN client_authority text;
