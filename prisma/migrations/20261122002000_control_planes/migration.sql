-- Nodes that run the control plane; null: one.
ALTER TABLE clusters ADD COLUMN control_planes integer;
