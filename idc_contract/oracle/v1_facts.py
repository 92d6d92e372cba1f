"""Answers of the service in June 2021, from the notebook "How to Use the IDC APIs" and upstream's tests."""

from __future__ import annotations

DATES = {"1.0": "2020-10-06", "2.0": "2021-04-07"}
CLINICAL = "Clinical, Biospecimen, and Mutation Data"
SOURCES = (  # of a version, in order; {0} is its number
    ("isb-cgc.TCGA_bioclin_v0.Biospecimen", CLINICAL),
    ("isb-cgc.TCGA_bioclin_v0.clinical_v1", CLINICAL),
    ("idc-dev-etl.idc_v{0}.dicom_pivot_v{0}", "Image Data"),
)
COLLECTIONS = (  # of version 1.0, in order: id, subjects, location, end of the DOI
    ("tcga_prad", 14, "Prostate", "2016.YXOGLM4Y"),
    ("tcga_blca", 120, "Bladder", "2016.8LNG8XDR"),
    ("tcga_ucec", 65, "Uterus", "2016.GKJ0ZWAC"),
    ("tcga_hnsc", 227, "Head-Neck", "2016.LXKQ47MS"),
    ("tcga_lusc", 37, "Lung", "2016.TYGKKFMQ"),
    ("tcga_kirp", 33, "Renal", "2016.ACWOGBEF"),
    ("tcga_thca", 6, "Thyroid", "2016.9ZFRVF1B"),
    ("tcga_sarc", 5, "Chest-Abdomen-Pelvis, Leg, TSpine", "2016.CX6YLSUX"),
    ("tcga_esca", 16, "Esophagus", "2016.VPTNRGFY"),
    ("tcga_cesc", 54, "Cervix", "2016.SQ4M8YP4"),
    ("tcga_stad", 46, "Stomach", "2016.GDHL9KIM"),
    ("tcga_coad", 25, "Colon", "2016.HJJHBOXZ"),
    ("tcga_kich", 15, "Kidney", "2016.YU3RBCZN"),
    ("tcga_read", 3, "Rectum", "2016.F7PPNPNU"),
    ("ispy1", 222, "Breast", "2016.HdHpgJLK"),
    ("qin_headneck", 279, "Head-Neck", "2015.K0F5CGLI"),
    ("lidc_idri", 1010, "Chest", "2015.LO9QL9SX"),
    ("tcga_luad", 69, "Chest", "2016.JGNIHEP5"),
    ("tcga_lihc", 97, "Liver", "2016.IMMQW8UQ"),
    ("tcga_brca", 139, "Breast", "2016.AB2NAZRP"),
    ("tcga_ov", 143, "Ovary", "2016.NDO1MDFQ"),
    ("tcga_kirc", 267, "Renal", "2016.V6PBVTDR"),
    ("tcga_lgg", 199, "Brain", "2016.L4LTD3TK"),
    ("tcga_gbm", 262, "Brain", "2016.RNYFUYE9"),
    ("nsclc_radiomics", 422, "Lung", "2015.PF0M9REI"),
)
TCGA_PRAD = {
    "cancer_type": "Prostate Cancer",
    "image_types": "CT, PT, MR, Pathology",
    "supporting_data": "Clinical Genomics",
}
