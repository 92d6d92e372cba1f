from enum import StrEnum


class V1AttributeName(StrEnum):
    AGE_AT_DIAGNOSIS = "age_at_diagnosis"
    AGE_AT_DIAGNOSIS_BTW = "age_at_diagnosis_btw"
    AGE_AT_DIAGNOSIS_GT = "age_at_diagnosis_gt"
    AGE_AT_DIAGNOSIS_GTE = "age_at_diagnosis_gte"
    AGE_AT_DIAGNOSIS_LT = "age_at_diagnosis_lt"
    AGE_AT_DIAGNOSIS_LTE = "age_at_diagnosis_lte"
    AGE_BEGAN_SMOKING_IN_YEARS = "age_began_smoking_in_years"
    AGE_BEGAN_SMOKING_IN_YEARS_BTW = "age_began_smoking_in_years_btw"
    AGE_BEGAN_SMOKING_IN_YEARS_GT = "age_began_smoking_in_years_gt"
    AGE_BEGAN_SMOKING_IN_YEARS_GTE = "age_began_smoking_in_years_gte"
    AGE_BEGAN_SMOKING_IN_YEARS_LT = "age_began_smoking_in_years_lt"
    AGE_BEGAN_SMOKING_IN_YEARS_LTE = "age_began_smoking_in_years_lte"
    ANATOMICREGIONSEQUENCE = "AnatomicRegionSequence"
    ANATOMIC_NEOPLASM_SUBDIVISION = "anatomic_neoplasm_subdivision"
    APPARENT_DIFFUSION_COEFFICIENT = "Apparent_Diffusion_Coefficient"
    APPARENT_DIFFUSION_COEFFICIENT_BTW = "Apparent_Diffusion_Coefficient_btw"
    APPARENT_DIFFUSION_COEFFICIENT_GT = "Apparent_Diffusion_Coefficient_gt"
    APPARENT_DIFFUSION_COEFFICIENT_GTE = "Apparent_Diffusion_Coefficient_gte"
    APPARENT_DIFFUSION_COEFFICIENT_LT = "Apparent_Diffusion_Coefficient_lt"
    APPARENT_DIFFUSION_COEFFICIENT_LTE = "Apparent_Diffusion_Coefficient_lte"
    AVG_PERCENT_LYMPHOCYTE_INFILTRATION = "avg_percent_lymphocyte_infiltration"
    AVG_PERCENT_LYMPHOCYTE_INFILTRATION_BTW = "avg_percent_lymphocyte_infiltration_btw"
    AVG_PERCENT_LYMPHOCYTE_INFILTRATION_GT = "avg_percent_lymphocyte_infiltration_gt"
    AVG_PERCENT_LYMPHOCYTE_INFILTRATION_GTE = "avg_percent_lymphocyte_infiltration_gte"
    AVG_PERCENT_LYMPHOCYTE_INFILTRATION_LT = "avg_percent_lymphocyte_infiltration_lt"
    AVG_PERCENT_LYMPHOCYTE_INFILTRATION_LTE = "avg_percent_lymphocyte_infiltration_lte"
    AVG_PERCENT_MONOCYTE_INFILTRATION = "avg_percent_monocyte_infiltration"
    AVG_PERCENT_MONOCYTE_INFILTRATION_BTW = "avg_percent_monocyte_infiltration_btw"
    AVG_PERCENT_MONOCYTE_INFILTRATION_GT = "avg_percent_monocyte_infiltration_gt"
    AVG_PERCENT_MONOCYTE_INFILTRATION_GTE = "avg_percent_monocyte_infiltration_gte"
    AVG_PERCENT_MONOCYTE_INFILTRATION_LT = "avg_percent_monocyte_infiltration_lt"
    AVG_PERCENT_MONOCYTE_INFILTRATION_LTE = "avg_percent_monocyte_infiltration_lte"
    AVG_PERCENT_NECROSIS = "avg_percent_necrosis"
    AVG_PERCENT_NECROSIS_BTW = "avg_percent_necrosis_btw"
    AVG_PERCENT_NECROSIS_GT = "avg_percent_necrosis_gt"
    AVG_PERCENT_NECROSIS_GTE = "avg_percent_necrosis_gte"
    AVG_PERCENT_NECROSIS_LT = "avg_percent_necrosis_lt"
    AVG_PERCENT_NECROSIS_LTE = "avg_percent_necrosis_lte"
    AVG_PERCENT_NEUTROPHIL_INFILTRATION = "avg_percent_neutrophil_infiltration"
    AVG_PERCENT_NEUTROPHIL_INFILTRATION_BTW = "avg_percent_neutrophil_infiltration_btw"
    AVG_PERCENT_NEUTROPHIL_INFILTRATION_GT = "avg_percent_neutrophil_infiltration_gt"
    AVG_PERCENT_NEUTROPHIL_INFILTRATION_GTE = "avg_percent_neutrophil_infiltration_gte"
    AVG_PERCENT_NEUTROPHIL_INFILTRATION_LT = "avg_percent_neutrophil_infiltration_lt"
    AVG_PERCENT_NEUTROPHIL_INFILTRATION_LTE = "avg_percent_neutrophil_infiltration_lte"
    AVG_PERCENT_NORMAL_CELLS = "avg_percent_normal_cells"
    AVG_PERCENT_NORMAL_CELLS_BTW = "avg_percent_normal_cells_btw"
    AVG_PERCENT_NORMAL_CELLS_GT = "avg_percent_normal_cells_gt"
    AVG_PERCENT_NORMAL_CELLS_GTE = "avg_percent_normal_cells_gte"
    AVG_PERCENT_NORMAL_CELLS_LT = "avg_percent_normal_cells_lt"
    AVG_PERCENT_NORMAL_CELLS_LTE = "avg_percent_normal_cells_lte"
    AVG_PERCENT_STROMAL_CELLS = "avg_percent_stromal_cells"
    AVG_PERCENT_STROMAL_CELLS_BTW = "avg_percent_stromal_cells_btw"
    AVG_PERCENT_STROMAL_CELLS_GT = "avg_percent_stromal_cells_gt"
    AVG_PERCENT_STROMAL_CELLS_GTE = "avg_percent_stromal_cells_gte"
    AVG_PERCENT_STROMAL_CELLS_LT = "avg_percent_stromal_cells_lt"
    AVG_PERCENT_STROMAL_CELLS_LTE = "avg_percent_stromal_cells_lte"
    AVG_PERCENT_TUMOR_CELLS = "avg_percent_tumor_cells"
    AVG_PERCENT_TUMOR_CELLS_BTW = "avg_percent_tumor_cells_btw"
    AVG_PERCENT_TUMOR_CELLS_GT = "avg_percent_tumor_cells_gt"
    AVG_PERCENT_TUMOR_CELLS_GTE = "avg_percent_tumor_cells_gte"
    AVG_PERCENT_TUMOR_CELLS_LT = "avg_percent_tumor_cells_lt"
    AVG_PERCENT_TUMOR_CELLS_LTE = "avg_percent_tumor_cells_lte"
    AVG_PERCENT_TUMOR_NUCLEI = "avg_percent_tumor_nuclei"
    AVG_PERCENT_TUMOR_NUCLEI_BTW = "avg_percent_tumor_nuclei_btw"
    AVG_PERCENT_TUMOR_NUCLEI_GT = "avg_percent_tumor_nuclei_gt"
    AVG_PERCENT_TUMOR_NUCLEI_GTE = "avg_percent_tumor_nuclei_gte"
    AVG_PERCENT_TUMOR_NUCLEI_LT = "avg_percent_tumor_nuclei_lt"
    AVG_PERCENT_TUMOR_NUCLEI_LTE = "avg_percent_tumor_nuclei_lte"
    BATCH_NUMBER = "batch_number"
    BATCH_NUMBER_BTW = "batch_number_btw"
    BATCH_NUMBER_GT = "batch_number_gt"
    BATCH_NUMBER_GTE = "batch_number_gte"
    BATCH_NUMBER_LT = "batch_number_lt"
    BATCH_NUMBER_LTE = "batch_number_lte"
    BCR = "bcr"
    BMI = "bmi"
    BMI_BTW = "bmi_btw"
    BMI_GT = "bmi_gt"
    BMI_GTE = "bmi_gte"
    BMI_LT = "bmi_lt"
    BMI_LTE = "bmi_lte"
    BODYPARTEXAMINED = "BodyPartExamined"
    CALCIFICATION = "Calcification"
    CASE_BARCODE = "case_barcode"
    CASE_GDC_ID = "case_gdc_id"
    CLINICAL_M = "clinical_M"
    CLINICAL_N = "clinical_N"
    CLINICAL_STAGE = "clinical_stage"
    CLINICAL_T = "clinical_T"
    COLLECTION_ID = "collection_id"
    COLORECTAL_CANCER = "colorectal_cancer"
    COUNTRY = "country"
    CRDC_INSTANCE_UUID = "crdc_instance_uuid"
    CRDC_SERIES_UUID = "crdc_series_uuid"
    CRDC_STUDY_UUID = "crdc_study_uuid"
    DAYS_TO_BIRTH = "days_to_birth"
    DAYS_TO_BIRTH_BTW = "days_to_birth_btw"
    DAYS_TO_BIRTH_GT = "days_to_birth_gt"
    DAYS_TO_BIRTH_GTE = "days_to_birth_gte"
    DAYS_TO_BIRTH_LT = "days_to_birth_lt"
    DAYS_TO_BIRTH_LTE = "days_to_birth_lte"
    DAYS_TO_COLLECTION = "days_to_collection"
    DAYS_TO_COLLECTION_BTW = "days_to_collection_btw"
    DAYS_TO_COLLECTION_GT = "days_to_collection_gt"
    DAYS_TO_COLLECTION_GTE = "days_to_collection_gte"
    DAYS_TO_COLLECTION_LT = "days_to_collection_lt"
    DAYS_TO_COLLECTION_LTE = "days_to_collection_lte"
    DAYS_TO_DEATH = "days_to_death"
    DAYS_TO_DEATH_BTW = "days_to_death_btw"
    DAYS_TO_DEATH_GT = "days_to_death_gt"
    DAYS_TO_DEATH_GTE = "days_to_death_gte"
    DAYS_TO_DEATH_LT = "days_to_death_lt"
    DAYS_TO_DEATH_LTE = "days_to_death_lte"
    DAYS_TO_INITIAL_PATHOLOGIC_DIAGNOSIS = "days_to_initial_pathologic_diagnosis"
    DAYS_TO_INITIAL_PATHOLOGIC_DIAGNOSIS_BTW = (
        "days_to_initial_pathologic_diagnosis_btw"
    )
    DAYS_TO_INITIAL_PATHOLOGIC_DIAGNOSIS_GT = "days_to_initial_pathologic_diagnosis_gt"
    DAYS_TO_INITIAL_PATHOLOGIC_DIAGNOSIS_GTE = (
        "days_to_initial_pathologic_diagnosis_gte"
    )
    DAYS_TO_INITIAL_PATHOLOGIC_DIAGNOSIS_LT = "days_to_initial_pathologic_diagnosis_lt"
    DAYS_TO_INITIAL_PATHOLOGIC_DIAGNOSIS_LTE = (
        "days_to_initial_pathologic_diagnosis_lte"
    )
    DAYS_TO_LAST_FOLLOWUP = "days_to_last_followup"
    DAYS_TO_LAST_FOLLOWUP_BTW = "days_to_last_followup_btw"
    DAYS_TO_LAST_FOLLOWUP_GT = "days_to_last_followup_gt"
    DAYS_TO_LAST_FOLLOWUP_GTE = "days_to_last_followup_gte"
    DAYS_TO_LAST_FOLLOWUP_LT = "days_to_last_followup_lt"
    DAYS_TO_LAST_FOLLOWUP_LTE = "days_to_last_followup_lte"
    DAYS_TO_LAST_KNOWN_ALIVE = "days_to_last_known_alive"
    DAYS_TO_LAST_KNOWN_ALIVE_BTW = "days_to_last_known_alive_btw"
    DAYS_TO_LAST_KNOWN_ALIVE_GT = "days_to_last_known_alive_gt"
    DAYS_TO_LAST_KNOWN_ALIVE_GTE = "days_to_last_known_alive_gte"
    DAYS_TO_LAST_KNOWN_ALIVE_LT = "days_to_last_known_alive_lt"
    DAYS_TO_LAST_KNOWN_ALIVE_LTE = "days_to_last_known_alive_lte"
    DAYS_TO_SAMPLE_PROCUREMENT = "days_to_sample_procurement"
    DAYS_TO_SAMPLE_PROCUREMENT_BTW = "days_to_sample_procurement_btw"
    DAYS_TO_SAMPLE_PROCUREMENT_GT = "days_to_sample_procurement_gt"
    DAYS_TO_SAMPLE_PROCUREMENT_GTE = "days_to_sample_procurement_gte"
    DAYS_TO_SAMPLE_PROCUREMENT_LT = "days_to_sample_procurement_lt"
    DAYS_TO_SAMPLE_PROCUREMENT_LTE = "days_to_sample_procurement_lte"
    DAYS_TO_SUBMITTED_SPECIMEN_DX = "days_to_submitted_specimen_dx"
    DAYS_TO_SUBMITTED_SPECIMEN_DX_BTW = "days_to_submitted_specimen_dx_btw"
    DAYS_TO_SUBMITTED_SPECIMEN_DX_GT = "days_to_submitted_specimen_dx_gt"
    DAYS_TO_SUBMITTED_SPECIMEN_DX_GTE = "days_to_submitted_specimen_dx_gte"
    DAYS_TO_SUBMITTED_SPECIMEN_DX_LT = "days_to_submitted_specimen_dx_lt"
    DAYS_TO_SUBMITTED_SPECIMEN_DX_LTE = "days_to_submitted_specimen_dx_lte"
    DIAMETER = "Diameter"
    DIAMETER_BTW = "Diameter_btw"
    DIAMETER_GT = "Diameter_gt"
    DIAMETER_GTE = "Diameter_gte"
    DIAMETER_LT = "Diameter_lt"
    DIAMETER_LTE = "Diameter_lte"
    DISEASE_CODE = "disease_code"
    ETHNICITY = "ethnicity"
    FRAMEOFREFERENCEUID = "FrameOfReferenceUID"
    GCS_BUCKET = "gcs_bucket"
    GCS_GENERATION = "gcs_generation"
    GCS_URL = "gcs_url"
    GENDER = "gender"
    GLEASON_SCORE_COMBINED = "gleason_score_combined"
    GLEASON_SCORE_COMBINED_BTW = "gleason_score_combined_btw"
    GLEASON_SCORE_COMBINED_GT = "gleason_score_combined_gt"
    GLEASON_SCORE_COMBINED_GTE = "gleason_score_combined_gte"
    GLEASON_SCORE_COMBINED_LT = "gleason_score_combined_lt"
    GLEASON_SCORE_COMBINED_LTE = "gleason_score_combined_lte"
    GLYCOLYSIS_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE = (
        "Glycolysis_Within_First_Quarter_of_Intensity_Range"
    )
    GLYCOLYSIS_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_BTW = (
        "Glycolysis_Within_First_Quarter_of_Intensity_Range_btw"
    )
    GLYCOLYSIS_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_GT = (
        "Glycolysis_Within_First_Quarter_of_Intensity_Range_gt"
    )
    GLYCOLYSIS_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_GTE = (
        "Glycolysis_Within_First_Quarter_of_Intensity_Range_gte"
    )
    GLYCOLYSIS_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_LT = (
        "Glycolysis_Within_First_Quarter_of_Intensity_Range_lt"
    )
    GLYCOLYSIS_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_LTE = (
        "Glycolysis_Within_First_Quarter_of_Intensity_Range_lte"
    )
    GLYCOLYSIS_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE = (
        "Glycolysis_Within_Fourth_Quarter_of_Intensity_Range"
    )
    GLYCOLYSIS_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_BTW = (
        "Glycolysis_Within_Fourth_Quarter_of_Intensity_Range_btw"
    )
    GLYCOLYSIS_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_GT = (
        "Glycolysis_Within_Fourth_Quarter_of_Intensity_Range_gt"
    )
    GLYCOLYSIS_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_GTE = (
        "Glycolysis_Within_Fourth_Quarter_of_Intensity_Range_gte"
    )
    GLYCOLYSIS_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_LT = (
        "Glycolysis_Within_Fourth_Quarter_of_Intensity_Range_lt"
    )
    GLYCOLYSIS_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_LTE = (
        "Glycolysis_Within_Fourth_Quarter_of_Intensity_Range_lte"
    )
    GLYCOLYSIS_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE = (
        "Glycolysis_Within_Second_Quarter_of_Intensity_Range"
    )
    GLYCOLYSIS_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_BTW = (
        "Glycolysis_Within_Second_Quarter_of_Intensity_Range_btw"
    )
    GLYCOLYSIS_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_GT = (
        "Glycolysis_Within_Second_Quarter_of_Intensity_Range_gt"
    )
    GLYCOLYSIS_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_GTE = (
        "Glycolysis_Within_Second_Quarter_of_Intensity_Range_gte"
    )
    GLYCOLYSIS_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_LT = (
        "Glycolysis_Within_Second_Quarter_of_Intensity_Range_lt"
    )
    GLYCOLYSIS_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_LTE = (
        "Glycolysis_Within_Second_Quarter_of_Intensity_Range_lte"
    )
    GLYCOLYSIS_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE = (
        "Glycolysis_Within_Third_Quarter_of_Intensity_Range"
    )
    GLYCOLYSIS_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_BTW = (
        "Glycolysis_Within_Third_Quarter_of_Intensity_Range_btw"
    )
    GLYCOLYSIS_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_GT = (
        "Glycolysis_Within_Third_Quarter_of_Intensity_Range_gt"
    )
    GLYCOLYSIS_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_GTE = (
        "Glycolysis_Within_Third_Quarter_of_Intensity_Range_gte"
    )
    GLYCOLYSIS_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_LT = (
        "Glycolysis_Within_Third_Quarter_of_Intensity_Range_lt"
    )
    GLYCOLYSIS_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_LTE = (
        "Glycolysis_Within_Third_Quarter_of_Intensity_Range_lte"
    )
    HEIGHT = "height"
    HEIGHT_BTW = "height_btw"
    HEIGHT_GT = "height_gt"
    HEIGHT_GTE = "height_gte"
    HEIGHT_LT = "height_lt"
    HEIGHT_LTE = "height_lte"
    HISTOLOGICAL_TYPE = "histological_type"
    HISTORY_OF_COLON_POLYPS = "history_of_colon_polyps"
    HISTORY_OF_NEOADJUVANT_TREATMENT = "history_of_neoadjuvant_treatment"
    HPV_CALLS = "hpv_calls"
    HPV_STATUS = "hpv_status"
    H_PYLORI_INFECTION = "h_pylori_infection"
    ICD_10 = "icd_10"
    ICD_O_3_HISTOLOGY = "icd_o_3_histology"
    ICD_O_3_SITE = "icd_o_3_site"
    INTERNAL_STRUCTURE = "Internal_structure"
    IS_FFPE = "is_ffpe"
    LOBULAR_PATTERN = "Lobular_Pattern"
    LYMPHATIC_INVASION = "lymphatic_invasion"
    LYMPHNODES_EXAMINED = "lymphnodes_examined"
    LYMPHOVASCULAR_INVASION_PRESENT = "lymphovascular_invasion_present"
    MALIGNANCY = "Malignancy"
    MARGIN = "Margin"
    MAX_PERCENT_LYMPHOCYTE_INFILTRATION = "max_percent_lymphocyte_infiltration"
    MAX_PERCENT_LYMPHOCYTE_INFILTRATION_BTW = "max_percent_lymphocyte_infiltration_btw"
    MAX_PERCENT_LYMPHOCYTE_INFILTRATION_GT = "max_percent_lymphocyte_infiltration_gt"
    MAX_PERCENT_LYMPHOCYTE_INFILTRATION_GTE = "max_percent_lymphocyte_infiltration_gte"
    MAX_PERCENT_LYMPHOCYTE_INFILTRATION_LT = "max_percent_lymphocyte_infiltration_lt"
    MAX_PERCENT_LYMPHOCYTE_INFILTRATION_LTE = "max_percent_lymphocyte_infiltration_lte"
    MAX_PERCENT_MONOCYTE_INFILTRATION = "max_percent_monocyte_infiltration"
    MAX_PERCENT_MONOCYTE_INFILTRATION_BTW = "max_percent_monocyte_infiltration_btw"
    MAX_PERCENT_MONOCYTE_INFILTRATION_GT = "max_percent_monocyte_infiltration_gt"
    MAX_PERCENT_MONOCYTE_INFILTRATION_GTE = "max_percent_monocyte_infiltration_gte"
    MAX_PERCENT_MONOCYTE_INFILTRATION_LT = "max_percent_monocyte_infiltration_lt"
    MAX_PERCENT_MONOCYTE_INFILTRATION_LTE = "max_percent_monocyte_infiltration_lte"
    MAX_PERCENT_NECROSIS = "max_percent_necrosis"
    MAX_PERCENT_NECROSIS_BTW = "max_percent_necrosis_btw"
    MAX_PERCENT_NECROSIS_GT = "max_percent_necrosis_gt"
    MAX_PERCENT_NECROSIS_GTE = "max_percent_necrosis_gte"
    MAX_PERCENT_NECROSIS_LT = "max_percent_necrosis_lt"
    MAX_PERCENT_NECROSIS_LTE = "max_percent_necrosis_lte"
    MAX_PERCENT_NEUTROPHIL_INFILTRATION = "max_percent_neutrophil_infiltration"
    MAX_PERCENT_NEUTROPHIL_INFILTRATION_BTW = "max_percent_neutrophil_infiltration_btw"
    MAX_PERCENT_NEUTROPHIL_INFILTRATION_GT = "max_percent_neutrophil_infiltration_gt"
    MAX_PERCENT_NEUTROPHIL_INFILTRATION_GTE = "max_percent_neutrophil_infiltration_gte"
    MAX_PERCENT_NEUTROPHIL_INFILTRATION_LT = "max_percent_neutrophil_infiltration_lt"
    MAX_PERCENT_NEUTROPHIL_INFILTRATION_LTE = "max_percent_neutrophil_infiltration_lte"
    MAX_PERCENT_NORMAL_CELLS = "max_percent_normal_cells"
    MAX_PERCENT_NORMAL_CELLS_BTW = "max_percent_normal_cells_btw"
    MAX_PERCENT_NORMAL_CELLS_GT = "max_percent_normal_cells_gt"
    MAX_PERCENT_NORMAL_CELLS_GTE = "max_percent_normal_cells_gte"
    MAX_PERCENT_NORMAL_CELLS_LT = "max_percent_normal_cells_lt"
    MAX_PERCENT_NORMAL_CELLS_LTE = "max_percent_normal_cells_lte"
    MAX_PERCENT_STROMAL_CELLS = "max_percent_stromal_cells"
    MAX_PERCENT_STROMAL_CELLS_BTW = "max_percent_stromal_cells_btw"
    MAX_PERCENT_STROMAL_CELLS_GT = "max_percent_stromal_cells_gt"
    MAX_PERCENT_STROMAL_CELLS_GTE = "max_percent_stromal_cells_gte"
    MAX_PERCENT_STROMAL_CELLS_LT = "max_percent_stromal_cells_lt"
    MAX_PERCENT_STROMAL_CELLS_LTE = "max_percent_stromal_cells_lte"
    MAX_PERCENT_TUMOR_CELLS = "max_percent_tumor_cells"
    MAX_PERCENT_TUMOR_CELLS_BTW = "max_percent_tumor_cells_btw"
    MAX_PERCENT_TUMOR_CELLS_GT = "max_percent_tumor_cells_gt"
    MAX_PERCENT_TUMOR_CELLS_GTE = "max_percent_tumor_cells_gte"
    MAX_PERCENT_TUMOR_CELLS_LT = "max_percent_tumor_cells_lt"
    MAX_PERCENT_TUMOR_CELLS_LTE = "max_percent_tumor_cells_lte"
    MAX_PERCENT_TUMOR_NUCLEI = "max_percent_tumor_nuclei"
    MAX_PERCENT_TUMOR_NUCLEI_BTW = "max_percent_tumor_nuclei_btw"
    MAX_PERCENT_TUMOR_NUCLEI_GT = "max_percent_tumor_nuclei_gt"
    MAX_PERCENT_TUMOR_NUCLEI_GTE = "max_percent_tumor_nuclei_gte"
    MAX_PERCENT_TUMOR_NUCLEI_LT = "max_percent_tumor_nuclei_lt"
    MAX_PERCENT_TUMOR_NUCLEI_LTE = "max_percent_tumor_nuclei_lte"
    MENOPAUSE_STATUS = "menopause_status"
    MIN_PERCENT_LYMPHOCYTE_INFILTRATION = "min_percent_lymphocyte_infiltration"
    MIN_PERCENT_LYMPHOCYTE_INFILTRATION_BTW = "min_percent_lymphocyte_infiltration_btw"
    MIN_PERCENT_LYMPHOCYTE_INFILTRATION_GT = "min_percent_lymphocyte_infiltration_gt"
    MIN_PERCENT_LYMPHOCYTE_INFILTRATION_GTE = "min_percent_lymphocyte_infiltration_gte"
    MIN_PERCENT_LYMPHOCYTE_INFILTRATION_LT = "min_percent_lymphocyte_infiltration_lt"
    MIN_PERCENT_LYMPHOCYTE_INFILTRATION_LTE = "min_percent_lymphocyte_infiltration_lte"
    MIN_PERCENT_MONOCYTE_INFILTRATION = "min_percent_monocyte_infiltration"
    MIN_PERCENT_MONOCYTE_INFILTRATION_BTW = "min_percent_monocyte_infiltration_btw"
    MIN_PERCENT_MONOCYTE_INFILTRATION_GT = "min_percent_monocyte_infiltration_gt"
    MIN_PERCENT_MONOCYTE_INFILTRATION_GTE = "min_percent_monocyte_infiltration_gte"
    MIN_PERCENT_MONOCYTE_INFILTRATION_LT = "min_percent_monocyte_infiltration_lt"
    MIN_PERCENT_MONOCYTE_INFILTRATION_LTE = "min_percent_monocyte_infiltration_lte"
    MIN_PERCENT_NECROSIS = "min_percent_necrosis"
    MIN_PERCENT_NECROSIS_BTW = "min_percent_necrosis_btw"
    MIN_PERCENT_NECROSIS_GT = "min_percent_necrosis_gt"
    MIN_PERCENT_NECROSIS_GTE = "min_percent_necrosis_gte"
    MIN_PERCENT_NECROSIS_LT = "min_percent_necrosis_lt"
    MIN_PERCENT_NECROSIS_LTE = "min_percent_necrosis_lte"
    MIN_PERCENT_NEUTROPHIL_INFILTRATION = "min_percent_neutrophil_infiltration"
    MIN_PERCENT_NEUTROPHIL_INFILTRATION_BTW = "min_percent_neutrophil_infiltration_btw"
    MIN_PERCENT_NEUTROPHIL_INFILTRATION_GT = "min_percent_neutrophil_infiltration_gt"
    MIN_PERCENT_NEUTROPHIL_INFILTRATION_GTE = "min_percent_neutrophil_infiltration_gte"
    MIN_PERCENT_NEUTROPHIL_INFILTRATION_LT = "min_percent_neutrophil_infiltration_lt"
    MIN_PERCENT_NEUTROPHIL_INFILTRATION_LTE = "min_percent_neutrophil_infiltration_lte"
    MIN_PERCENT_NORMAL_CELLS = "min_percent_normal_cells"
    MIN_PERCENT_NORMAL_CELLS_BTW = "min_percent_normal_cells_btw"
    MIN_PERCENT_NORMAL_CELLS_GT = "min_percent_normal_cells_gt"
    MIN_PERCENT_NORMAL_CELLS_GTE = "min_percent_normal_cells_gte"
    MIN_PERCENT_NORMAL_CELLS_LT = "min_percent_normal_cells_lt"
    MIN_PERCENT_NORMAL_CELLS_LTE = "min_percent_normal_cells_lte"
    MIN_PERCENT_STROMAL_CELLS = "min_percent_stromal_cells"
    MIN_PERCENT_STROMAL_CELLS_BTW = "min_percent_stromal_cells_btw"
    MIN_PERCENT_STROMAL_CELLS_GT = "min_percent_stromal_cells_gt"
    MIN_PERCENT_STROMAL_CELLS_GTE = "min_percent_stromal_cells_gte"
    MIN_PERCENT_STROMAL_CELLS_LT = "min_percent_stromal_cells_lt"
    MIN_PERCENT_STROMAL_CELLS_LTE = "min_percent_stromal_cells_lte"
    MIN_PERCENT_TUMOR_CELLS = "min_percent_tumor_cells"
    MIN_PERCENT_TUMOR_CELLS_BTW = "min_percent_tumor_cells_btw"
    MIN_PERCENT_TUMOR_CELLS_GT = "min_percent_tumor_cells_gt"
    MIN_PERCENT_TUMOR_CELLS_GTE = "min_percent_tumor_cells_gte"
    MIN_PERCENT_TUMOR_CELLS_LT = "min_percent_tumor_cells_lt"
    MIN_PERCENT_TUMOR_CELLS_LTE = "min_percent_tumor_cells_lte"
    MIN_PERCENT_TUMOR_NUCLEI = "min_percent_tumor_nuclei"
    MIN_PERCENT_TUMOR_NUCLEI_BTW = "min_percent_tumor_nuclei_btw"
    MIN_PERCENT_TUMOR_NUCLEI_GT = "min_percent_tumor_nuclei_gt"
    MIN_PERCENT_TUMOR_NUCLEI_GTE = "min_percent_tumor_nuclei_gte"
    MIN_PERCENT_TUMOR_NUCLEI_LT = "min_percent_tumor_nuclei_lt"
    MIN_PERCENT_TUMOR_NUCLEI_LTE = "min_percent_tumor_nuclei_lte"
    MODALITY = "Modality"
    MONONUCLEOTIDE_AND_DINUCLEOTIDE_MARKER_PANEL_ANALYSIS_STATUS = (
        "mononucleotide_and_dinucleotide_marker_panel_analysis_status"
    )
    NEOPLASM_HISTOLOGIC_GRADE = "neoplasm_histologic_grade"
    NEW_TUMOR_EVENT_AFTER_INITIAL_TREATMENT = "new_tumor_event_after_initial_treatment"
    NUMBER_OF_LYMPHNODES_EXAMINED = "number_of_lymphnodes_examined"
    NUMBER_OF_LYMPHNODES_EXAMINED_BTW = "number_of_lymphnodes_examined_btw"
    NUMBER_OF_LYMPHNODES_EXAMINED_GT = "number_of_lymphnodes_examined_gt"
    NUMBER_OF_LYMPHNODES_EXAMINED_GTE = "number_of_lymphnodes_examined_gte"
    NUMBER_OF_LYMPHNODES_EXAMINED_LT = "number_of_lymphnodes_examined_lt"
    NUMBER_OF_LYMPHNODES_EXAMINED_LTE = "number_of_lymphnodes_examined_lte"
    NUMBER_OF_LYMPHNODES_POSITIVE_BY_HE = "number_of_lymphnodes_positive_by_he"
    NUMBER_OF_LYMPHNODES_POSITIVE_BY_HE_BTW = "number_of_lymphnodes_positive_by_he_btw"
    NUMBER_OF_LYMPHNODES_POSITIVE_BY_HE_GT = "number_of_lymphnodes_positive_by_he_gt"
    NUMBER_OF_LYMPHNODES_POSITIVE_BY_HE_GTE = "number_of_lymphnodes_positive_by_he_gte"
    NUMBER_OF_LYMPHNODES_POSITIVE_BY_HE_LT = "number_of_lymphnodes_positive_by_he_lt"
    NUMBER_OF_LYMPHNODES_POSITIVE_BY_HE_LTE = "number_of_lymphnodes_positive_by_he_lte"
    NUMBER_PACK_YEARS_SMOKED = "number_pack_years_smoked"
    NUMBER_PACK_YEARS_SMOKED_BTW = "number_pack_years_smoked_btw"
    NUMBER_PACK_YEARS_SMOKED_GT = "number_pack_years_smoked_gt"
    NUMBER_PACK_YEARS_SMOKED_GTE = "number_pack_years_smoked_gte"
    NUMBER_PACK_YEARS_SMOKED_LT = "number_pack_years_smoked_lt"
    NUMBER_PACK_YEARS_SMOKED_LTE = "number_pack_years_smoked_lte"
    NUM_PORTIONS = "num_portions"
    NUM_PORTIONS_BTW = "num_portions_btw"
    NUM_PORTIONS_GT = "num_portions_gt"
    NUM_PORTIONS_GTE = "num_portions_gte"
    NUM_PORTIONS_LT = "num_portions_lt"
    NUM_PORTIONS_LTE = "num_portions_lte"
    NUM_SLIDES = "num_slides"
    NUM_SLIDES_BTW = "num_slides_btw"
    NUM_SLIDES_GT = "num_slides_gt"
    NUM_SLIDES_GTE = "num_slides_gte"
    NUM_SLIDES_LT = "num_slides_lt"
    NUM_SLIDES_LTE = "num_slides_lte"
    OTHER_DX = "other_dx"
    OTHER_MALIGNANCY_ANATOMIC_SITE = "other_malignancy_anatomic_site"
    OTHER_MALIGNANCY_HISTOLOGICAL_TYPE = "other_malignancy_histological_type"
    OTHER_MALIGNANCY_TYPE = "other_malignancy_type"
    PATHOLOGIC_M = "pathologic_M"
    PATHOLOGIC_N = "pathologic_N"
    PATHOLOGIC_STAGE = "pathologic_stage"
    PATHOLOGIC_T = "pathologic_T"
    PATIENTID = "PatientID"
    PERCENT_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE = (
        "Percent_Within_First_Quarter_of_Intensity_Range"
    )
    PERCENT_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_BTW = (
        "Percent_Within_First_Quarter_of_Intensity_Range_btw"
    )
    PERCENT_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_GT = (
        "Percent_Within_First_Quarter_of_Intensity_Range_gt"
    )
    PERCENT_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_GTE = (
        "Percent_Within_First_Quarter_of_Intensity_Range_gte"
    )
    PERCENT_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_LT = (
        "Percent_Within_First_Quarter_of_Intensity_Range_lt"
    )
    PERCENT_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE_LTE = (
        "Percent_Within_First_Quarter_of_Intensity_Range_lte"
    )
    PERCENT_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE = (
        "Percent_Within_Fourth_Quarter_of_Intensity_Range"
    )
    PERCENT_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_BTW = (
        "Percent_Within_Fourth_Quarter_of_Intensity_Range_btw"
    )
    PERCENT_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_GT = (
        "Percent_Within_Fourth_Quarter_of_Intensity_Range_gt"
    )
    PERCENT_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_GTE = (
        "Percent_Within_Fourth_Quarter_of_Intensity_Range_gte"
    )
    PERCENT_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_LT = (
        "Percent_Within_Fourth_Quarter_of_Intensity_Range_lt"
    )
    PERCENT_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE_LTE = (
        "Percent_Within_Fourth_Quarter_of_Intensity_Range_lte"
    )
    PERCENT_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE = (
        "Percent_Within_Second_Quarter_of_Intensity_Range"
    )
    PERCENT_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_BTW = (
        "Percent_Within_Second_Quarter_of_Intensity_Range_btw"
    )
    PERCENT_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_GT = (
        "Percent_Within_Second_Quarter_of_Intensity_Range_gt"
    )
    PERCENT_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_GTE = (
        "Percent_Within_Second_Quarter_of_Intensity_Range_gte"
    )
    PERCENT_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_LT = (
        "Percent_Within_Second_Quarter_of_Intensity_Range_lt"
    )
    PERCENT_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE_LTE = (
        "Percent_Within_Second_Quarter_of_Intensity_Range_lte"
    )
    PERCENT_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE = (
        "Percent_Within_Third_Quarter_of_Intensity_Range"
    )
    PERCENT_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_BTW = (
        "Percent_Within_Third_Quarter_of_Intensity_Range_btw"
    )
    PERCENT_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_GT = (
        "Percent_Within_Third_Quarter_of_Intensity_Range_gt"
    )
    PERCENT_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_GTE = (
        "Percent_Within_Third_Quarter_of_Intensity_Range_gte"
    )
    PERCENT_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_LT = (
        "Percent_Within_Third_Quarter_of_Intensity_Range_lt"
    )
    PERCENT_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE_LTE = (
        "Percent_Within_Third_Quarter_of_Intensity_Range_lte"
    )
    PERSON_NEOPLASM_CANCER_STATUS = "person_neoplasm_cancer_status"
    PREGNANCIES = "pregnancies"
    PRIMARY_NEOPLASM_MELANOMA_DX = "primary_neoplasm_melanoma_dx"
    PRIMARY_THERAPY_OUTCOME_SUCCESS = "primary_therapy_outcome_success"
    PROGRAM = "Program"
    PROGRAM_DBGAP_ACCESSION_NUMBER = "program_dbgap_accession_number"
    PROGRAM_NAME = "program_name"
    PROJECT_NAME = "project_name"
    PROJECT_SHORT_NAME = "project_short_name"
    PSA_VALUE = "psa_value"
    PSA_VALUE_BTW = "psa_value_btw"
    PSA_VALUE_GT = "psa_value_gt"
    PSA_VALUE_GTE = "psa_value_gte"
    PSA_VALUE_LT = "psa_value_lt"
    PSA_VALUE_LTE = "psa_value_lte"
    RACE = "race"
    RESIDUAL_TUMOR = "residual_tumor"
    SAMPLE_BARCODE = "sample_barcode"
    SAMPLE_GDC_ID = "sample_gdc_id"
    SAMPLE_TYPE = "sample_type"
    SAMPLE_TYPE_NAME = "sample_type_name"
    SEGMENTALGORITHMTYPE = "SegmentAlgorithmType"
    SEGMENTEDPROPERTYCATEGORYCODESEQUENCE = "SegmentedPropertyCategoryCodeSequence"
    SEGMENTEDPROPERTYTYPECODESEQUENCE = "SegmentedPropertyTypeCodeSequence"
    SEGMENTNUMBER = "SegmentNumber"
    SEGMENTNUMBER_BTW = "SegmentNumber_btw"
    SEGMENTNUMBER_GT = "SegmentNumber_gt"
    SEGMENTNUMBER_GTE = "SegmentNumber_gte"
    SEGMENTNUMBER_LT = "SegmentNumber_lt"
    SEGMENTNUMBER_LTE = "SegmentNumber_lte"
    SERIESDESCRIPTION = "SeriesDescription"
    SERIESINSTANCEUID = "SeriesInstanceUID"
    SERIESNUMBER = "SeriesNumber"
    SLICETHICKNESS = "SliceThickness"
    SLICETHICKNESS_BTW = "SliceThickness_btw"
    SLICETHICKNESS_GT = "SliceThickness_gt"
    SLICETHICKNESS_GTE = "SliceThickness_gte"
    SLICETHICKNESS_LT = "SliceThickness_lt"
    SLICETHICKNESS_LTE = "SliceThickness_lte"
    SOPCLASSUID = "SOPClassUID"
    SOPINSTANCEUID = "SOPInstanceUID"
    SOURCE_DOI = "source_DOI"
    SPHERICITY = "Sphericity"
    SPICULATION = "Spiculation"
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY = "Standardized_Added_Metabolic_Activity"
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_BACKGROUND = (
        "Standardized_Added_Metabolic_Activity_Background"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_BACKGROUND_BTW = (
        "Standardized_Added_Metabolic_Activity_Background_btw"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_BACKGROUND_GT = (
        "Standardized_Added_Metabolic_Activity_Background_gt"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_BACKGROUND_GTE = (
        "Standardized_Added_Metabolic_Activity_Background_gte"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_BACKGROUND_LT = (
        "Standardized_Added_Metabolic_Activity_Background_lt"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_BACKGROUND_LTE = (
        "Standardized_Added_Metabolic_Activity_Background_lte"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_BTW = (
        "Standardized_Added_Metabolic_Activity_btw"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_GT = (
        "Standardized_Added_Metabolic_Activity_gt"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_GTE = (
        "Standardized_Added_Metabolic_Activity_gte"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_LT = (
        "Standardized_Added_Metabolic_Activity_lt"
    )
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY_LTE = (
        "Standardized_Added_Metabolic_Activity_lte"
    )
    STOPPED_SMOKING_YEAR = "stopped_smoking_year"
    STOPPED_SMOKING_YEAR_BTW = "stopped_smoking_year_btw"
    STOPPED_SMOKING_YEAR_GT = "stopped_smoking_year_gt"
    STOPPED_SMOKING_YEAR_GTE = "stopped_smoking_year_gte"
    STOPPED_SMOKING_YEAR_LT = "stopped_smoking_year_lt"
    STOPPED_SMOKING_YEAR_LTE = "stopped_smoking_year_lte"
    STUDYDATE = "StudyDate"
    STUDYDESCRIPTION = "StudyDescription"
    STUDYINSTANCEUID = "StudyInstanceUID"
    SUBTLETY_SCORE = "Subtlety_score"
    SURFACE_AREA_OF_MESH = "Surface_area_of_mesh"
    SURFACE_AREA_OF_MESH_BTW = "Surface_area_of_mesh_btw"
    SURFACE_AREA_OF_MESH_GT = "Surface_area_of_mesh_gt"
    SURFACE_AREA_OF_MESH_GTE = "Surface_area_of_mesh_gte"
    SURFACE_AREA_OF_MESH_LT = "Surface_area_of_mesh_lt"
    SURFACE_AREA_OF_MESH_LTE = "Surface_area_of_mesh_lte"
    SUVBW = "SUVbw"
    SUVBW_BTW = "SUVbw_btw"
    SUVBW_GT = "SUVbw_gt"
    SUVBW_GTE = "SUVbw_gte"
    SUVBW_LT = "SUVbw_lt"
    SUVBW_LTE = "SUVbw_lte"
    TCIA_SPECIES = "tcia_species"
    TCIA_TUMORLOCATION = "tcia_tumorLocation"
    TEXTURE = "Texture"
    TOBACCO_SMOKING_HISTORY = "tobacco_smoking_history"
    TOBACCO_SMOKING_HISTORY_BTW = "tobacco_smoking_history_btw"
    TOBACCO_SMOKING_HISTORY_GT = "tobacco_smoking_history_gt"
    TOBACCO_SMOKING_HISTORY_GTE = "tobacco_smoking_history_gte"
    TOBACCO_SMOKING_HISTORY_LT = "tobacco_smoking_history_lt"
    TOBACCO_SMOKING_HISTORY_LTE = "tobacco_smoking_history_lte"
    TOTAL_LESION_GLYCOLYSIS = "Total_Lesion_Glycolysis"
    TOTAL_LESION_GLYCOLYSIS_BTW = "Total_Lesion_Glycolysis_btw"
    TOTAL_LESION_GLYCOLYSIS_GT = "Total_Lesion_Glycolysis_gt"
    TOTAL_LESION_GLYCOLYSIS_GTE = "Total_Lesion_Glycolysis_gte"
    TOTAL_LESION_GLYCOLYSIS_LT = "Total_Lesion_Glycolysis_lt"
    TOTAL_LESION_GLYCOLYSIS_LTE = "Total_Lesion_Glycolysis_lte"
    TSS_CODE = "tss_code"
    TUMOR_TISSUE_SITE = "tumor_tissue_site"
    TUMOR_TYPE = "tumor_type"
    VENOUS_INVASION = "venous_invasion"
    VITAL_STATUS = "vital_status"
    VOLUME = "Volume"
    VOLUME_BTW = "Volume_btw"
    VOLUME_GT = "Volume_gt"
    VOLUME_GTE = "Volume_gte"
    VOLUME_LT = "Volume_lt"
    VOLUME_LTE = "Volume_lte"
    WEIGHT = "weight"
    WEIGHT_BTW = "weight_btw"
    WEIGHT_GT = "weight_gt"
    WEIGHT_GTE = "weight_gte"
    WEIGHT_LT = "weight_lt"
    WEIGHT_LTE = "weight_lte"
    YEAR_OF_INITIAL_PATHOLOGIC_DIAGNOSIS = "year_of_initial_pathologic_diagnosis"
    YEAR_OF_INITIAL_PATHOLOGIC_DIAGNOSIS_BTW = (
        "year_of_initial_pathologic_diagnosis_btw"
    )
    YEAR_OF_INITIAL_PATHOLOGIC_DIAGNOSIS_GT = "year_of_initial_pathologic_diagnosis_gt"
    YEAR_OF_INITIAL_PATHOLOGIC_DIAGNOSIS_GTE = (
        "year_of_initial_pathologic_diagnosis_gte"
    )
    YEAR_OF_INITIAL_PATHOLOGIC_DIAGNOSIS_LT = "year_of_initial_pathologic_diagnosis_lt"
    YEAR_OF_INITIAL_PATHOLOGIC_DIAGNOSIS_LTE = (
        "year_of_initial_pathologic_diagnosis_lte"
    )
    YEAR_OF_TOBACCO_SMOKING_ONSET = "year_of_tobacco_smoking_onset"
    YEAR_OF_TOBACCO_SMOKING_ONSET_BTW = "year_of_tobacco_smoking_onset_btw"
    YEAR_OF_TOBACCO_SMOKING_ONSET_GT = "year_of_tobacco_smoking_onset_gt"
    YEAR_OF_TOBACCO_SMOKING_ONSET_GTE = "year_of_tobacco_smoking_onset_gte"
    YEAR_OF_TOBACCO_SMOKING_ONSET_LT = "year_of_tobacco_smoking_onset_lt"
    YEAR_OF_TOBACCO_SMOKING_ONSET_LTE = "year_of_tobacco_smoking_onset_lte"

    def __str__(self) -> str:
        return str(self.value)
